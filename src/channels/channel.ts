/** A reply on its way to one destination. */
export interface Publication {
  id: string;
  replyId: string;
  revision: number;
  complaintId: string;
  number: string;
  /** Interim, final, or a question to the citizen. */
  kind: 'interim' | 'final' | 'question';
  text: string;
  /** The source's own id of the thread to answer in, where it has one. */
  externalId: string | null;
  attempts: number;
}

/** What became of an attempt. A passing fault is thrown instead, and the attempt repeated. */
export type PublicationOutcome =
  | { published: true; ref: string }
  /** Nothing but a person can help; the code says why. */
  | { published: false; reason: string };

/** How a source publishes. Registered by name; its publications wait on a queue of their own. */
export interface Channel {
  name: string;
  publish(publication: Publication): Promise<PublicationOutcome>;
}
