import type { CloudLog, CloudOptions } from '../options.ts';
import { FolderCarrier } from './folder-carrier.ts';
import { Outbox } from './outbox.ts';
import { SmtpCarrier } from './smtp-carrier.ts';
import { WebhookCarrier } from './webhook-carrier.ts';

export interface Outboxes {
  readonly email?: Outbox;
  readonly phone?: Outbox;
}

/** One for each way out that the options name. */
export function openOutboxes({ mail, sms }: Pick<CloudOptions, 'mail' | 'sms'>, now: () => number, log: CloudLog): Outboxes {
  const mailCarrier =
    mail === undefined ? undefined : 'smtp' in mail ? new SmtpCarrier(mail.smtp, mail.from) : new FolderCarrier(mail.folder, 'eml', now);
  const smsCarrier =
    sms === undefined
      ? undefined
      : 'webhook' in sms
        ? new WebhookCarrier(sms.webhook, sms.secret, now)
        : new FolderCarrier(sms.folder, 'txt', now);
  return {
    ...(mailCarrier === undefined ? {} : { email: new Outbox(mailCarrier, log) }),
    ...(smsCarrier === undefined ? {} : { phone: new Outbox(smsCarrier, log) }),
  };
}
