/**
 * Logging in, for every kind of staff: `/api/v1/staff/…`. The session is an HttpOnly, SameSite=Strict cookie.
 *   POST login {account, password} -> Staff   POST logout -> 204   GET me -> Staff (401 when not logged in)
 *   POST password PasswordChoice -> Staff   ends every other log-in of the account; with a password that somebody else
 * made, nothing but this, me and logout is answered (403 password-due)
 */
import { z } from 'zod';

export const StaffRole = z.enum(['invigilator', 'examiner', 'designer', 'office']);
export type StaffRole = z.infer<typeof StaffRole>;
export const LoginRequest = z.strictObject({
  account: z.string().min(1).max(100),
  password: z.string().min(1).max(200),
});
export const PasswordChoice = z.strictObject({
  password: z.string().min(1).max(200),
  chosen: z.string().min(1).max(200),
});
export const Staff = z.strictObject({
  account: z.string(),
  name: z.string(),
  roles: z.array(StaffRole),
  agency: z.string(),
  centre: z.string(),
  demonstration: z.boolean(),
  /** Somebody else made the password: another must be chosen before anything else. */
  mustChoosePassword: z.boolean(),
});
export type Staff = z.infer<typeof Staff>;
