import express from 'express';
import type { RequestHandler, Router } from 'express';
import { AppError } from '../errors.js';

function refuse(methods: string[]): RequestHandler {
  const allow = methods.join(', ');
  return (_req, res) => {
    res.setHeader('Allow', allow);
    throw new AppError('method_not_allowed', `This resource takes ${allow}.`);
  };
}

/**
 * Answers 405 with `Allow` on every path that some router knows under another method. One for all routers
 * of a prefix, since two of them may share a path. Mount it after them.
 */
export function methodNotAllowed(routers: Router[]): Router {
  const methodsOf = new Map<string, Set<string>>();
  for (const layer of routers.flatMap((router) => router.stack)) {
    const { route } = layer;
    if (route && typeof route.path === 'string') {
      const methods = methodsOf.get(route.path) ?? new Set<string>();
      for (const handler of route.stack) {
        methods.add(handler.method.toUpperCase());
      }
      methodsOf.set(route.path, methods);
    }
  }
  const refusals = express.Router();
  for (const [path, methods] of methodsOf) {
    if (methods.has('GET')) {
      methods.add('HEAD');
    }
    refusals.all(path, refuse([...methods].sort()));
  }
  return refusals;
}
