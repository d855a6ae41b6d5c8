import { type KeyboardEvent, type ReactElement, type ReactNode, useId } from 'react';

export interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  /** What is wrong with the value, or null. */
  readonly fault?: string | null;
  /** Draws the input with the ids that tie it to its label, help and fault. */
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string | undefined;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}

/** A labelled input with its help and its fault. */
export function Field({ label, help, fault = null, children }: FieldProps): ReactElement {
  const id = useId();
  const described = [help === undefined ? '' : `${id}-help`, fault === null ? '' : `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': described === '' ? undefined : described, 'aria-invalid': fault !== null })}
      {fault !== null && (
        <p id={`${id}-fault`} className="field-fault">
          {fault}
        </p>
      )}
      {help !== undefined && (
        <p id={`${id}-help`} className="muted small">
          {help}
        </p>
      )}
    </div>
  );
}

/** A form that Enter sends, but not the Enter that ends a composition of an input method. */
export function Form({
  onSubmit,
  children,
  className,
}: {
  readonly onSubmit: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}): ReactElement {
  return (
    <form
      noValidate
      className={className}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Enter' && event.nativeEvent.isComposing) event.preventDefault();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
