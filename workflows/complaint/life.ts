import {
  ApplicationFailure,
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

/** The type of the failure that the caller of a run without its complaint gets: the same command may be sent again. */
const MOVED = 'Moved';

/** A complaint's run as the workflow knows it: where it stands, and the steps that move it, one at a time. */
export class Life {
  private standing: StepResult = { status: 'received', version: 0 };
  private readonly turnstile = new Turnstile();
  private messages = 0;
  private hasWords = false;

  constructor(private readonly input: ComplaintInput) {}

  get isOver(): boolean {
    return this.standing.status === 'closed' || this.standing.fenced === true;
  }

  /** The run has taken so much that it should go on with a fresh history. */
  get isFull(): boolean {
    return this.messages >= MESSAGES_MAX || workflowInfo().continueAsNewSuggested;
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
      if (result === null) {
        // The row is about something else by now: ask it.
        await this.tick();
        return;
      }
      this.adopt(result);
    }
  }

  /** Waits for the next due, or for a message that changes what to wait for. */
  async nextChange(): Promise<'due' | 'changed'> {
    const { wakeAt } = this.standing;
    const isChanged = (): boolean =>
      this.standing.wakeAt !== wakeAt || this.toPublish !== undefined || this.isOver || this.isFull;
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
    const { refused, status, version, fenced } = await this.message({ do: 'command', commandId });
    if (fenced) {
      // Another run has the complaint; the caller sends the command again, to that one.
      throw ApplicationFailure.nonRetryable('another run has taken the complaint over', MOVED);
    }
    return { status, version, ...(refused && { refused }) };
  }

  async signalled(command: SignalledCommand): Promise<void> {
    await this.message({ do: 'signal', commandId: uuid4(), command });
  }

  /**
   * An update that Temporal has not yet written down is gone when Temporal itself is restarted, while its step may have
   * been done: whoever finds such a complaint has the run look at its row.
   */
  async look(): Promise<void> {
    await this.message({ do: 'look' });
  }

  /** One step takes all words that wait, so any number of signals that come meanwhile costs no more. */
  async words(): Promise<void> {
    if (this.hasWords || this.isOver) {
      this.messages += 1;
      return;
    }
    this.hasWords = true;
    await this.message({ do: 'words' });
  }

  /** The run was cancelled from outside: the complaint is closed as withdrawn. */
  async withdraw(): Promise<void> {
    if (!this.isOver) {
      await this.step({ do: 'withdraw' });
    }
  }

  private message(cause: Cause): Promise<StepResult> {
    this.messages += 1;
    return CancellationScope.nonCancellable(async () => {
      await condition(() => this.standing.status !== 'received' || this.isOver);
      return this.step(cause);
    });
  }

  /**
   * A step is never cancelled: what it was about is done or refused, whatever happens to the run. A command is
   * put to the row even when the complaint is closed by now, so that its own row says that it was refused.
   */
  private step(cause: Cause): Promise<StepResult> {
    return this.turnstile.pass(async () => {
      if (cause.do === 'words') {
        this.hasWords = false;
      }
      const isMessage = cause.do === 'command' || cause.do === 'signal';
      if (this.standing.fenced || (this.isOver && !isMessage)) {
        return this.standing;
      }
      const input = {
        complaintId: this.input.complaintId,
        runNo: this.input.runNo ?? 1,
        fence: workflowInfo().firstExecutionRunId,
        now: this.now(),
        cause,
      };
      const result = await CancellationScope.nonCancellable(() => record(input));
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
