import express from 'express';
import type { Router } from 'express';
import type { z } from 'zod';
import * as bodies from '../../contract/commands.js';
import type { CommandBodies } from '../../domain/commands.js';
import type { LifeCommand } from '../../domain/transitions.js';
import { isWaitingPublication } from '../../db/replies-store.js';
import { invalid } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import type { AppDeps } from '../deps.js';
import type { Action } from '../permissions.js';
import { parse } from '../problem.js';
import { agencyTree } from '../resources/own-agencies.js';
import { ownComplaint } from './access.js';
import { agencyIdOf, requireExecutor } from './references.js';
import { runCommand, storeText, type Preparing } from './run-command.js';
import { sendState } from './show-state.js';

/** A command whose body needs no more than its references looked up and its reason stored. */
interface Plain<C extends LifeCommand, S extends z.ZodType> {
  path: string;
  type: C & Action;
  schema: S;
  prepare: (body: z.output<S>, preparing: Preparing) => Promise<CommandBodies[C]>;
}

const plain = <C extends LifeCommand, S extends z.ZodType>(command: Plain<C, S>): Plain<C, S> =>
  command;

const optionalReason = async (
  preparing: Preparing,
  reason: string | undefined,
): Promise<{ reason?: Awaited<ReturnType<typeof storeText>> }> =>
  reason === undefined ? {} : { reason: await storeText(preparing, 'reason', reason) };

const COMMANDS = [
  plain({
    path: 'accept',
    type: 'accept',
    schema: bodies.noBody,
    prepare: () => Promise.resolve({}),
  }),
  plain({
    path: 'publish-again',
    type: 'publishAgain',
    schema: bodies.noBody,
    prepare: () => Promise.resolve({}),
  }),
  plain({
    path: 'handover',
    type: 'handover',
    schema: bodies.handoverBody,
    prepare: async ({ agency, reason }, preparing) => ({
      ...(agency !== undefined && { agency: agencyIdOf(preparing.region, agency) }),
      reason: await storeText(preparing, 'reason', reason),
    }),
  }),
  plain({
    path: 'delegate',
    type: 'delegate',
    schema: bodies.delegateBody,
    async prepare({ agency: ref, executor }, { db, head, region }) {
      const agency = ref === undefined ? undefined : agencyIdOf(region, ref);
      if (agency && !(head.agencyId && agencyTree(region, head.agencyId).includes(agency))) {
        throw invalid([{ path: 'agency', message: 'is no department of the agency' }]);
      }
      if (executor !== undefined) {
        await requireExecutor(db, region, executor, agency ?? head.agencyId);
      }
      return { ...(agency && { agency }), ...(executor && { executor }) };
    },
  }),
  plain({
    path: 'co-execution',
    type: 'coExecution',
    schema: bodies.coExecutionBody,
    prepare: async ({ agency, text }, preparing) => ({
      agency: agencyIdOf(preparing.region, agency),
      text: await storeText(preparing, 'reason', text),
    }),
  }),
  plain({
    path: 'escalate',
    type: 'escalate',
    schema: bodies.escalateBody,
    prepare: ({ reason }, preparing) => optionalReason(preparing, reason),
  }),
  plain({
    path: 'classify',
    type: 'classify',
    schema: bodies.classifyBody,
    prepare({ topic, kind }, { region }) {
      if (!region.topics.has(topic)) {
        throw invalid([{ path: 'topic', message: 'no such topic' }]);
      }
      return Promise.resolve({ topic, ...(kind && { kind }) });
    },
  }),
  plain({
    path: 'assign',
    type: 'assign',
    schema: bodies.assignBody,
    async prepare({ agency: ref, executor }, { db, region }) {
      const agency = agencyIdOf(region, ref);
      if (executor !== undefined) {
        await requireExecutor(db, region, executor, agency);
      }
      return { agency, ...(executor && { executor }) };
    },
  }),
  plain({
    path: 'reject',
    type: 'reject',
    schema: bodies.rejectBody,
    prepare: async ({ code, reason }, preparing) => ({
      code,
      ...(await optionalReason(preparing, reason)),
    }),
  }),
  plain({
    path: 'close',
    type: 'close',
    schema: bodies.closeBody,
    prepare: ({ reason }) => Promise.resolve({ reason }),
  }),
  plain({
    path: 'waive',
    type: 'waive',
    schema: bodies.waiveBody,
    async prepare({ publication, reason }, preparing) {
      if (!(await isWaitingPublication(preparing.db, preparing.head.id, publication))) {
        throw invalid([{ path: 'publication', message: 'no such publication that waits' }]);
      }
      return { publication, reason: await storeText(preparing, 'reason', reason) };
    },
  }),
];

function mount<C extends LifeCommand, S extends z.ZodType>(
  deps: AppDeps,
  router: Router,
  { path, type, schema, prepare }: Plain<C, S>,
): void {
  router.post(`/complaints/:id/${path}`, permit(type), async (req, res) => {
    const body = parse(schema, req.body);
    const { actor } = callerOf(req);
    const head = await ownComplaint(deps, callerOf(req), String(req.params.id));
    const done = await runCommand(deps, req, {
      head,
      type,
      actor,
      prepare: (preparing) => prepare(body, preparing),
    });
    sendState(res, done.head, await deps.region.current());
  });
}

/** POST /complaints/{id}/{command} for the commands that make nothing but the new state. */
export function commandRoutes(deps: AppDeps): Router {
  const router = express.Router();
  for (const command of COMMANDS) {
    mount(deps, router, command as Plain<LifeCommand, z.ZodType>);
  }
  return router;
}
