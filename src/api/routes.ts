import type { Router } from 'express';
import { downloadRoutes, linkRoutes } from './attachments/download.js';
import { commandRoutes } from './complaints/commands.js';
import { correctRoutes } from './complaints/correct.js';
import { extensionRoutes } from './complaints/extensions.js';
import { mergeRoutes } from './complaints/merging.js';
import { noteRoutes } from './complaints/notes.js';
import { readRoutes } from './complaints/read.js';
import { replyRoutes } from './complaints/replies.js';
import { splitRoutes } from './complaints/split.js';
import type { AppDeps } from './deps.js';
import { importRoutes } from './exchange/imports.js';
import { openApiRoutes } from './openapi.js';
import { exportRoutes } from './resources/exports.js';
import { resourceRouters } from './resources/routers.js';

/** Routers under /api/v1 for callers with a key; each says by `permit` who may do what. A new resource adds a line. */
export function apiRouters(deps: AppDeps): Router[] {
  return [
    readRoutes(deps),
    commandRoutes(deps),
    replyRoutes(deps),
    correctRoutes(deps),
    extensionRoutes(deps),
    mergeRoutes(deps),
    splitRoutes(deps),
    noteRoutes(deps),
    downloadRoutes(deps),
    importRoutes(deps),
    exportRoutes(deps),
    ...resourceRouters(deps),
  ];
}

/** Routers at the root that need no key: the OpenAPI file and its page, and signed links to files. */
export function openRouters(deps: AppDeps): Router[] {
  return [openApiRoutes(), linkRoutes(deps)];
}
