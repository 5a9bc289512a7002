import { describe, expect, it } from '@jest/globals';
import { ACTIONS, mayDo, PERMISSIONS, ROLES } from '../../src/api/permissions.js';

describe('the permission table', () => {
  it.each(ACTIONS)('lets admin and the roles that it names do %s, and nobody else', (action) => {
    const allowed = ROLES.filter((role) => mayDo(role, action));

    expect(new Set(allowed)).toEqual(new Set([...PERMISSIONS[action], 'admin']));
  });

  it('gives an agency key the rights of coordinator and executor, which are not those of a head', () => {
    const shared = ACTIONS.filter(
      (action) => mayDo('coordinator', action) || mayDo('executor', action),
    );

    expect(ACTIONS.filter((action) => mayDo('agency', action))).toEqual(shared);
    expect(mayDo('agency', 'approve')).toBe(false);
    expect(mayDo('head', 'approve')).toBe(true);
  });

  it('never lets an analyst or a source read a complaint', () => {
    for (const role of ['analyst', 'intake'] as const) {
      expect(mayDo(role, 'readComplaint')).toBe(false);
      expect(mayDo(role, 'listComplaints')).toBe(false);
    }
  });
});
