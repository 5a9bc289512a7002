/** What the workflow bundle holds: each exported function is a workflow type. */
export { complaint } from './complaint/complaint.js';
export { publication } from './publication.js';
export { sweep } from './sweep.js';
