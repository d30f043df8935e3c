/** A device without a session: it registers as a seat and waits for one, and takes a code if there is one. */
import type { Admission, AdmissionRequest, Seat } from '../../../server/api/candidate/protocol.ts';
import type { z } from 'zod';
import { followEvents } from '../../shared/request/event-stream.ts';
import { RequestFailed, ask } from '../../shared/request/request.ts';
import { type Surroundings, backoffMs } from '../../shared/surroundings.ts';
import { remember, remembered } from '../remembered.ts';

type SeatOfWire = z.infer<typeof Seat>;

const isSeat = (value: unknown): value is SeatOfWire =>
  typeof value === 'object' && value !== null && 'seat' in value && 'name' in value && 'seatToken' in value;

function rememberedSeat(): SeatOfWire | undefined {
  try {
    const kept: unknown = JSON.parse(remembered('seat') ?? 'null');
    return isSeat(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

export class Arrival {
  seat = $state.raw<SeatOfWire>();
  connected = $state(true);
  /** A code is being used. */
  opening = $state(false);
  problem = $state<'unknown' | 'many' | undefined>();
  private stopFollowing = (): void => {};
  private closed = false;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly ontoken: (token: string) => void,
  ) {}

  /** Registers as a seat (the one it was, after a reload) and listens for an admission. */
  async wait(attempt = 0): Promise<void> {
    try {
      this.seat = rememberedSeat() ?? (await ask<SeatOfWire>('candidate/seats', { body: {} }));
      this.connected = true;
      remember('seat', JSON.stringify(this.seat));
      this.listen(this.seat);
    } catch {
      this.connected = false;
      if (!this.closed)
        this.surroundings.after(backoffMs(attempt, this.surroundings.random(), 1000), () => {
          void this.wait(attempt + 1);
        });
    }
  }

  close(): void {
    this.closed = true;
    this.stopFollowing();
  }

  /** A one-time code becomes the token of a session. */
  async use(code: string): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    this.problem = undefined;
    const body: z.infer<typeof AdmissionRequest> = {
      code: code.replace(/\s/g, ''),
      ...(this.seat === undefined ? {} : { seat: this.seat.seat }),
    };
    try {
      const { token } = await ask<z.infer<typeof Admission>>('candidate/admission', { body });
      this.ontoken(token);
    } catch (error) {
      const failure = error instanceof RequestFailed ? error : undefined;
      if (failure?.status === 0) this.connected = false;
      this.problem =
        failure?.status === 429
          ? 'many'
          : failure !== undefined && failure.status >= 400 && failure.status < 500
            ? 'unknown'
            : undefined;
    } finally {
      this.opening = false;
    }
  }

  private listen(seat: SeatOfWire): void {
    if (this.closed) return;
    this.stopFollowing = followEvents(
      {
        path: 'candidate/seats/events',
        token: seat.seatToken,
        onopen: () => {
          this.connected = true;
        },
        onevent: ({ name, data }) => {
          if (
            name === 'admission' &&
            typeof data === 'object' &&
            data !== null &&
            'code' in data &&
            typeof data.code === 'string'
          )
            void this.use(data.code);
        },
        onlost: ({ status }) => {
          if (status !== 401 && status !== 403) {
            this.connected = false;
            return true;
          }
          remember('seat', undefined);
          void this.wait();
          return false;
        },
      },
      this.surroundings,
    );
  }
}
