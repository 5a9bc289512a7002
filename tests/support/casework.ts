import { message, until, type Body, type Item, type TestApi } from './api.js';

export interface Taken {
  id: string;
  number: string;
  /** Of the private link. */
  token: string;
}

/** A complaint and the code of the agency that holds it. */
export type Held = Taken & { agency: string };

/** What tests of commands do again and again, by the API alone. */
export interface Casework {
  path(complaint: { id: string }, rest?: string): string;
  read(complaint: { id: string }): Promise<Body>;
  follow(complaint: Taken): Promise<Body>;
  events(complaint: { id: string }): Promise<Item[]>;
  /** Taken in and sorted. */
  taken(changes?: Record<string, unknown>): Promise<Taken>;
  /** With an agency whose replies need no approval. */
  assigned(changes?: Record<string, unknown>): Promise<Held>;
  /** Closed by a published final reply. */
  answered(): Promise<Held>;
  closed(complaint: { id: string }): Promise<Body>;
}

export function caseworkOf(api: TestApi): Casework {
  const path = (complaint: { id: string }, rest = ''): string =>
    `/api/v1/complaints/${complaint.id}${rest}`;
  const read = async (complaint: { id: string }): Promise<Body> =>
    (await api.get(path(complaint))).body;
  const work: Casework = {
    path,
    read,
    follow: async ({ token }) => (await api.get(`/api/v1/track/${token}`, { key: null })).body,
    events: async (complaint) => (await api.get(path(complaint, '/timeline'))).body.items,
    async taken(changes = {}) {
      const { body } = await api.post('/api/v1/complaints', message(changes));
      await until(
        () => read(body),
        (seen) => seen.status !== 'received',
      );
      const token = body.trackingUrl.split('/track/')[1] ?? '';
      return { id: body.id, number: body.number, token };
    },
    async assigned(changes = {}) {
      const complaint = await work.taken(changes);
      const { agencies } = await api.parts.region.current();
      const agency = [...agencies.values()].find((a) => !a.approval.final && !a.approval.interim);
      const { status } = await api.post(path(complaint, '/assign'), { agency: agency?.code });
      if (!agency || status !== 200) throw new Error(`could not be assigned: ${status}`);
      return { ...complaint, agency: agency.code };
    },
    async answered() {
      const complaint = await work.assigned();
      const text = `Сделано ${complaint.number}`;
      const { status } = await api.post(path(complaint, '/replies'), { kind: 'final', text });
      if (status !== 201) throw new Error(`could not be answered: ${status}`);
      await work.closed(complaint);
      return complaint;
    },
    closed: (complaint) =>
      until(
        () => read(complaint),
        (seen) => seen.status === 'closed',
      ),
  };
  return work;
}
