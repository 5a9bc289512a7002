/** What a message says, without the links, which are made when it is sent. */
export interface Payload {
  type: string;
  /** World time: when it happened. */
  timestamp: string;
  data: Record<string, unknown>;
}

/** The body as it is signed and sent: the same bytes at every attempt. `publicUrl` has no slash at its end. */
export function bodyOf({ type, timestamp, data }: Payload, publicUrl: string): string {
  const { id } = data;
  const api = `${publicUrl}/api/v1`;
  const links =
    typeof id === 'string'
      ? { complaint: `${api}/complaints/${id}`, timeline: `${api}/complaints/${id}/timeline` }
      : { complaints: `${api}/complaints` };
  return JSON.stringify({ type, timestamp, data: { ...data, links } });
}
