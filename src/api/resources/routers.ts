import type { Router } from 'express';
import type { AppDeps } from '../deps.js';
import { absenceRoutes } from './absences.js';
import { complaintListRoutes } from './complaint-list.js';
import { dryRunRoutes } from './dry-run.js';
import { keyRoutes } from './keys.js';
import { templateRoutes } from './render-template.js';
import { regionItemRoutes } from './region-items.js';
import { subjectRoutes } from './subjects.js';
import { notificationRoutes, taskRoutes } from './tasks.js';
import { userRoutes } from './users.js';
import { webhookDeliveryRoutes } from './webhook-deliveries.js';
import { webhookRoutes } from './webhooks.js';

/** Lists of complaints, the region's data, people, and work. */
export function resourceRouters(deps: AppDeps): Router[] {
  return [
    complaintListRoutes(deps),
    // Before the rules' own paths, one of which would take `dry-run` for an id.
    dryRunRoutes(deps),
    templateRoutes(deps),
    regionItemRoutes(deps),
    keyRoutes(deps),
    userRoutes(deps),
    absenceRoutes(deps),
    taskRoutes(deps),
    notificationRoutes(deps),
    subjectRoutes(deps),
    webhookRoutes(deps),
    webhookDeliveryRoutes(deps),
  ];
}
