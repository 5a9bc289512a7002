import type { Channel } from './channel.js';
import { webChannel } from './web/web-channel.js';

export interface Channels {
  all: Channel[];
  /** The channel that answers a source. A source without one of its own is answered at the private link. */
  nameFor(source: string): string;
  /** False: the citizen reads the answer at the private link only, and an operator should answer at the source by hand. */
  hasOwn(source: string): boolean;
}

const BY_SOURCE: Record<string, Channel> = { web: webChannel };

export const channels: Channels = {
  all: [webChannel],
  nameFor: (source) => (BY_SOURCE[source] ?? webChannel).name,
  hasOwn: (source) => source in BY_SOURCE || !['vk', 'ok', 'telegram', 'max'].includes(source),
};
