/**
 * Bearer tokens for candidates and seats, cookie tokens for staff: signed by a secret of this installation, pinned to
 * one purpose.
 */
import { SignJWT, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';

const claims = {
  /** Good for one arrival of one session: a new admission makes the older token worthless. */
  candidate: z.object({ tenant: z.string(), session: z.string(), arrival: z.int() }),
  seat: z.object({ seat: z.string(), name: z.string() }),
  /** Kept by a device on which the account logged in: it lets nobody in. */
  device: z.object({ account: z.string(), device: z.string() }),
  /** Worth as much as the session of the account (staff/staff-sessions.ts). */
  staff: z.object({ tenant: z.string(), account: z.string(), session: z.string() }),
};
export type Purpose = keyof typeof claims;
export type Claims<P extends Purpose> = z.infer<(typeof claims)[P]>;

/** Hours a token is good for. */
export const lifeHours: Record<Purpose, number> = { candidate: 8, seat: 24, device: 180 * 24, staff: 12 };

export class TokenRefused extends Error {
  constructor(readonly code: 'token-invalid' | 'token-expired') {
    super(code);
    this.name = 'TokenRefused';
  }
}

export class Tokens {
  constructor(
    private readonly secret: Uint8Array,
    private readonly now: () => Instant,
  ) {}

  async issue<P extends Purpose>(purpose: P, content: Claims<P>): Promise<string> {
    const seconds = Math.floor(toEpochMs(this.now()) / 1000);
    return new SignJWT({ ...content })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setAudience(purpose)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + lifeHours[purpose] * 3600)
      .sign(this.secret);
  }

  candidate = (token: string): Promise<Claims<'candidate'>> => this.read('candidate', token, claims.candidate);
  seat = (token: string): Promise<Claims<'seat'>> => this.read('seat', token, claims.seat);
  device = (token: string): Promise<Claims<'device'>> => this.read('device', token, claims.device);
  staff = (token: string): Promise<Claims<'staff'>> => this.read('staff', token, claims.staff);

  /** Throws TokenRefused. The algorithm is pinned: `none` and public-key tricks fail here. */
  private async read<T>(purpose: Purpose, token: string, schema: z.ZodType<T>): Promise<T> {
    try {
      const { payload } = await jwtVerify(token, this.secret, {
        algorithms: ['HS256'],
        audience: purpose,
        currentDate: new Date(toEpochMs(this.now())),
      });
      return schema.parse(payload);
    } catch (error) {
      throw new TokenRefused(error instanceof errors.JWTExpired ? 'token-expired' : 'token-invalid');
    }
  }
}
