import {
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CommandResult } from '../../workflows/complaint/messages.js';
import { AppError, unavailable } from '../errors.js';
import type { RefusalCode } from '../domain/process.js';
import type { Command, LifeCommand, Status } from '../domain/transitions.js';
import { complaintWorkflowId } from './names.js';

export type CommandOutcome =
  | { applied: true; status: Status; version: number }
  | {
      applied: false;
      code: RefusalCode;
      status: Status;
      version: number;
      allowed: Command[];
      message: string;
    };

/** How the API reaches complaints' workflows. */
export interface DeskClient {
  /**
   * Sends a command, whose row is committed, to the complaint's run and waits for what it decided.
   * @throws AppError `unavailable` when no answer came within 5 s; sending the same command again is safe.
   */
  command(
    complaint: { number: string },
    command: { id: string; type: LifeCommand },
  ): Promise<CommandOutcome>;
  /** True when Temporal answers within a second. */
  ping(): Promise<boolean>;
}

const LIMIT_MS = 5_000;
/**
 * gRPC codes after which the same call may succeed: too many updates at once, the run's task failed under the update (as
 * when it was just closing), not reachable.
 */
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const UNAVAILABLE = 14;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createDeskClient(client: Client): DeskClient {
  return {
    async command({ number }, { id, type }) {
      const deadline = Date.now() + LIMIT_MS;
      const handle = client.workflow.getHandle(complaintWorkflowId(number));
      for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 800)) {
        try {
          const result = await client.withDeadline(deadline, () =>
            handle.executeUpdate<CommandResult, []>(type, { updateId: id }),
          );
          return outcomeOf(result);
        } catch (error) {
          const refused = refusalIn(error);
          if (refused !== undefined) {
            return refused;
          }
          if (!isPassing(error) || Date.now() + waitMs >= deadline) {
            throw isPassing(error) || isTimeout(error) ? unavailable('Temporal') : error;
          }
          await pause(waitMs);
        }
      }
    },
    async ping() {
      try {
        await client.withDeadline(Date.now() + 1_000, () =>
          client.workflowService.getSystemInfo({}),
        );
        return true;
      } catch {
        return false;
      }
    },
  };
}

function outcomeOf({ status, version, refused }: CommandResult): CommandOutcome {
  return refused === undefined
    ? { applied: true, status, version }
    : { applied: false, status, version, ...refused };
}

function refusalIn(error: unknown): CommandOutcome | undefined {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const [details] = error.cause.details ?? [];
    if (error.cause.type === 'Refused') {
      return outcomeOf(details as CommandResult);
    }
  }
  return undefined;
}

const isTimeout = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;

/** A run that is not there may be about to start (the relay is on it), or a new one to follow it. */
function isPassing(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) {
    return true;
  }
  if (error instanceof WorkflowUpdateFailedError) {
    // The run ended while the update was under way; whatever follows has its own answer.
    return (
      error.cause instanceof ApplicationFailure &&
      ['AcceptedUpdateCompletedWorkflow', 'Moved'].includes(error.cause.type ?? '')
    );
  }
  if (error instanceof ServiceError) {
    const code = (error.cause as { code?: number } | undefined)?.code;
    return code === RESOURCE_EXHAUSTED || code === FAILED_PRECONDITION || code === UNAVAILABLE;
  }
  return error instanceof AppError;
}
