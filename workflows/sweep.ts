import { proxyActivities } from '@temporalio/workflow';

/** What a sweep found, and did about it. */
export interface SweepResult {
  /** Open complaints that were looked at. */
  checked: number;
  /** Numbers of complaints that had no run and were given one. */
  rebuilt: number;
  /** Pending commands given up because nobody asks for them any more. */
  expired: number;
}

export interface SweepActivities {
  /** Looks at one page of open complaints after a cursor. */
  sweepPage(
    cursor: string | null,
  ): Promise<{ next: string | null; checked: number; rebuilt: number }>;
  tidy(): Promise<{ expired: number }>;
}

const { sweepPage, tidy } = proxyActivities<SweepActivities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '5s', maximumInterval: '1m', maximumAttempts: 10 },
});

/** Finds open complaints whose run is gone, and gives each a new one from its row. */
export async function sweep(): Promise<SweepResult> {
  const total: SweepResult = { checked: 0, rebuilt: 0, expired: 0 };
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof sweepPage>> = await sweepPage(cursor);
    total.checked += page.checked;
    total.rebuilt += page.rebuilt;
    cursor = page.next;
  } while (cursor !== null);
  total.expired = (await tidy()).expired;
  return total;
}
