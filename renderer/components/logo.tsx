import type { ReactElement } from 'react';
import iconUrl from '../../resources/icons/icon.svg';

/** The mark beside the name. */
export const Logo = ({ size }: { readonly size: number }): ReactElement => (
  <img src={iconUrl} width={size} height={size} alt="" className="logo" />
);
