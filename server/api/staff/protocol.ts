/**
 * Logging in, for every kind of staff: `/api/v1/staff/…`. The session is an HttpOnly, SameSite=Strict cookie.
 *   POST login {account, password} -> Staff      POST logout -> 204      GET me -> Staff (401 when not logged in)
 */
import { z } from 'zod';

export const StaffRole = z.enum(['invigilator', 'examiner', 'designer', 'office']);
export type StaffRole = z.infer<typeof StaffRole>;
export const LoginRequest = z.strictObject({
  account: z.string().min(1).max(100),
  password: z.string().min(1).max(200),
});
export const Staff = z.strictObject({
  account: z.string(),
  name: z.string(),
  roles: z.array(StaffRole),
  agency: z.string(),
  centre: z.string(),
  demonstration: z.boolean(),
});
export type Staff = z.infer<typeof Staff>;
