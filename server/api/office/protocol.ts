/**
 * The office: `/api/v1/office/…` (staff cookie, role office; of the own agency).
 *   GET staff-log?from=&to=&type=&account=&after= -> StaffLogPage   what staff did and looked at, latest first
 */
import { z } from 'zod';
import { roles } from '../../../people/staff/account.ts';
import { StaffActType } from '../../../people/staff/staff-log.ts';

export const StaffLogQuery = z.strictObject({
  /** Days, both included. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  type: StaffActType.optional(),
  /** By whom, or to whom. */
  account: z.string().max(100).optional(),
  /** `next` of the page before. */
  after: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}:\d{1,9}$/)
    .optional(),
});
export type StaffLogQuery = z.infer<typeof StaffLogQuery>;

export const StaffActSeen = z.strictObject({
  /** Day and number of the act: names it for ever. */
  id: z.string(),
  at: z.iso.datetime(),
  type: StaffActType,
  by: z.string().optional(),
  of: z.string().optional(),
  joined: z.int().optional(),
  roles: z.array(z.enum(roles)).readonly().optional(),
});
export type StaffActSeen = z.infer<typeof StaffActSeen>;
export const StaffLogPage = z.strictObject({ acts: z.array(StaffActSeen), next: z.string().optional() });
export type StaffLogPage = z.infer<typeof StaffLogPage>;
