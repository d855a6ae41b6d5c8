/** A message to one person. `text` is plain; a mail has a subject as well. */
export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Carries messages out of the cloud. Resolves when whoever carries them on has taken them; rejects when not. */
export interface Carrier {
  deliver(message: Message): Promise<void>;
  close(): Promise<void>;
}
