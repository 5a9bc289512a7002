import type { z } from 'zod';
import type { Action } from '../permissions.js';

/** One call of the API as its description has it. */
export interface Operation {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** Whole path with `{name}` for parameters. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** What the permission table calls it; null: open, without a key. */
  action: Action | null;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** `application/json` when left out. */
  bodyType?: string;
  /** Whether the call changes a version and honours If-Match. */
  versioned?: boolean;
  /** Whether a complaint's state may forbid it (409 with `status` and `allowed`). */
  command?: boolean;
  answers: Record<number, Answer>;
  /** Further problems than those that follow from the rest. */
  problems?: number[];
}

export interface Answer {
  description: string;
  schema?: z.ZodType;
  /** `application/json` when left out; several where the call chooses one. */
  type?: string | string[];
  headers?: ('ETag' | 'Location')[];
}

export const API = '/api/v1';
