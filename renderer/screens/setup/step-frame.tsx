import { ArrowLeft } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { Form } from '../../components/field.tsx';
import { useWords } from '../../i18n/use-words.ts';

export interface StepFrameProps {
  readonly title: string;
  readonly hint?: string;
  readonly submit: string;
  readonly busy?: boolean;
  readonly ready?: boolean;
  readonly onSubmit: () => void;
  readonly onBack?: (() => void) | undefined;
  readonly children?: ReactNode;
}

/** What all steps share: a heading that takes the focus, a form, one way on and one way back. */
export function StepFrame({ title, hint, submit, busy = false, ready = true, onSubmit, onBack, children }: StepFrameProps): ReactElement {
  const { t } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <Form className="step-form" onSubmit={() => ready && !busy && onSubmit()}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {hint !== undefined && <p className="muted">{hint}</p>}
      {children}
      <div className="step-buttons">
        {onBack !== undefined && (
          <Button kind="quiet" icon={ArrowLeft} onClick={onBack}>
            {t('setup.back')}
          </Button>
        )}
        <Button type="submit" kind="primary" busy={busy} disabled={!ready}>
          {busy ? t('setup.busy') : submit}
        </Button>
      </div>
    </Form>
  );
}
