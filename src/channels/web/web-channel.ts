import type { Channel } from '../channel.js';

/**
 * The citizen's private link: a reply stands there as soon as its publication is recorded, so there is
 * nothing to send. A mail notice to a citizen who left an address is queued beside it.
 */
export const webChannel: Channel = {
  name: 'web',
  publish: ({ complaintId }) => Promise.resolve({ published: true, ref: `track:${complaintId}` }),
};
