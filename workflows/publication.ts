import { publishOn } from './complaint/activities.js';

export interface PublicationInput {
  replyId: string;
  channels: string[];
}

/**
 * Publishes what does not decide a complaint's state: an interim reply, a question to the citizen, the
 * corrected revision of a published reply.
 */
export async function publication({ replyId, channels }: PublicationInput): Promise<void> {
  for (const channel of channels) {
    await publishOn(channel)({ replyId });
  }
}
