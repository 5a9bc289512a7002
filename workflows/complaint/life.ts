import {
  condition,
  isCancellation,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
  CancellationScope,
} from '@temporalio/workflow';
import { IDENTITY, machineDelay, toWorld, type WorldAnchor } from '../../src/domain/world-clock.js';
import { allowedIn, isAllowed, placeOf, type Command } from '../../src/domain/transitions.js';
import { publishOn, record } from './activities.js';
import { attributePairs, detailsOf, toMinute } from './for-admins.js';
import { Turnstile } from './turnstile.js';
import type {
  Cause,
  CommandResult,
  ComplaintInput,
  Publish,
  SignalledCommand,
  StepResult,
} from './messages.js';

/** Updates and signals of one run after which it continues as new: Temporal ends a run at 2,000 updates. */
const MESSAGES_MAX = 1_500;

/** A complaint's run as the workflow knows it: where it stands, and the steps that move it, one at a time. */
export class Life {
  private standing: StepResult = { status: 'received', version: 0 };
  private readonly turnstile = new Turnstile();
  private changes = 0;
  private messages = 0;

  constructor(private readonly input: ComplaintInput) {}

  get isOver(): boolean {
    return this.standing.status === 'closed' || this.standing.fenced === true;
  }

  get isFull(): boolean {
    return this.messages >= MESSAGES_MAX;
  }

  get ending(): 'fenced' | NonNullable<StepResult['closure']> {
    return this.standing.fenced ? 'fenced' : (this.standing.closure ?? 'withdrawn');
  }

  /** The final reply that waits to be published; undefined also while a person has to see to it. */
  get toPublish(): Publish | undefined {
    return this.standing.publish;
  }

  async open(): Promise<void> {
    await this.step({ do: 'open', begin: this.input.begin ?? { by: 'start' } });
  }

  async tick(): Promise<void> {
    await this.step({ do: 'tick' });
  }

  /** Publishes the final reply by every channel it has to go to; the last one closes the complaint. */
  async publish({ replyId, channels }: Publish): Promise<void> {
    for (const channel of channels) {
      const result = await publishOn(channel)({ replyId });
      if (result !== null) {
        this.adopt(result);
      }
    }
  }

  /** Waits for the next due, or for a command that changes what to wait for. */
  async nextChange(): Promise<'due' | 'changed'> {
    const seen = this.changes;
    const isChanged = (): boolean => this.changes !== seen;
    const { wakeAt } = this.standing;
    if (wakeAt === undefined) {
      await condition(isChanged);
      return 'changed';
    }
    const delay = machineDelay(this.clock, this.now(), wakeAt);
    if (delay <= 0) {
      return 'due';
    }
    // One timer at a time. It is left to run out when the complaint goes to publication, since
    // nothing can be due any more and the run is about to end.
    const timer = new CancellationScope();
    let due = false;
    const running = timer
      .run(() => sleep(delay, { summary: `due ${toMinute(wakeAt)}` }))
      .then(
        () => (due = true),
        (error: unknown) => {
          if (!isCancellation(error)) {
            throw error;
          }
        },
      );
    await condition(() => due || isChanged());
    if (!due && this.standing.wakeAt !== undefined && !this.isOver) {
      timer.cancel();
      await running;
    }
    return due && !isChanged() ? 'due' : 'changed';
  }

  /** For validators: null when the table allows the command now, else why not. Nothing is recorded. */
  refusal(command: Command): NonNullable<StepResult['refused']> | null {
    const { status, closure } = this.standing;
    const place = placeOf(status, closure);
    // Before triage the run does not know yet where the complaint stands.
    return status === 'received' || isAllowed(command, place)
      ? null
      : {
          code: 'state_forbids',
          allowed: allowedIn(place),
          message: `${command} is not allowed in ${place}.`,
        };
  }

  /** What a refused command's caller is told. */
  answer(refused: NonNullable<StepResult['refused']>): CommandResult {
    const { status, version } = this.standing;
    return { status, version, refused };
  }

  async command(commandId: string): Promise<CommandResult> {
    const { refused, status, version } = await this.message({ do: 'command', commandId });
    return { status, version, ...(refused && { refused }) };
  }

  async signalled(command: SignalledCommand): Promise<void> {
    await this.message({ do: 'signal', commandId: uuid4(), command });
  }

  async words(): Promise<void> {
    await this.message({ do: 'words' });
  }

  /** The run was cancelled from outside: the complaint is closed as withdrawn. */
  async withdraw(): Promise<void> {
    if (!this.isOver) {
      await this.step({ do: 'withdraw' });
    }
  }

  private async message(cause: Cause): Promise<StepResult> {
    this.messages += 1;
    await condition(() => this.standing.status !== 'received' || this.isOver);
    return this.step(cause);
  }

  private step(cause: Cause): Promise<StepResult> {
    return this.turnstile.pass(async () => {
      if (this.isOver) {
        return this.standing;
      }
      const result = await record({
        complaintId: this.input.complaintId,
        runNo: this.input.runNo ?? 1,
        fence: workflowInfo().firstExecutionRunId,
        now: this.now(),
        cause,
      });
      this.adopt(result);
      return result;
    });
  }

  /** Takes over where the complaint stands; an answer from before the latest step is old news. */
  private adopt(result: StepResult): void {
    const before = this.standing;
    if (result.version < before.version && !result.fenced) {
      return;
    }
    this.standing = result;
    if (result.version !== before.version || result.fenced) {
      this.changes += 1;
    }
    const pairs = attributePairs(before, result);
    if (pairs.length > 0) {
      upsertSearchAttributes(pairs);
    }
    setCurrentDetails(detailsOf(this.input, result));
  }

  private get clock(): WorldAnchor {
    return this.input.clock ?? IDENTITY;
  }

  /** World time by the workflow's own clock. */
  private now(): number {
    return toWorld(this.clock, Date.now());
  }
}
