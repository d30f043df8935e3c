/** People over HTTP, without a browser: for fault, attack and load tests. Wire types come from the protocols. */
import { createHash, randomUUID } from 'node:crypto';
import type { CandidateView, Heartbeat, OperationsReply } from '../server/api/candidate/protocol.ts';
import type { Registered, RegistrationForm } from '../server/api/invigilator/protocol.ts';
import type { Operation } from '../delivery/sessions/operation.ts';
import type { z } from 'zod';
import type { Account } from './server-process.ts';

export class ProblemReply extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super(`${status} ${code}`);
  }
}

async function reply<T>(response: Response): Promise<T> {
  if (response.ok) return response.status === 204 ? JSON.parse('null') : response.json();
  const body: Record<string, unknown> = await response.json();
  throw new ProblemReply(response.status, String(body['code']), body);
}

export class Staff {
  private constructor(
    readonly url: string,
    readonly cookie: string,
    /** As they were set, with their flags. */
    readonly setCookies: readonly string[],
  ) {}
  static async login(url: string, account: Account): Promise<Staff> {
    const response = await fetch(`${url}/api/v1/staff/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    });
    await reply(response);
    const setCookies = response.headers.getSetCookie();
    return new Staff(url, setCookies[0]?.split(';')[0] ?? '', setCookies);
  }
  get<T>(path: string): Promise<T> {
    return fetch(`${this.url}/api/v1${path}`, { headers: { cookie: this.cookie } }).then((response) =>
      reply<T>(response),
    );
  }
  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.write('POST', path, body);
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.write('PUT', path, body);
  }
  private write<T>(method: 'POST' | 'PUT', path: string, body: unknown): Promise<T> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { cookie: this.cookie, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((response) => reply<T>(response));
  }
}

export const person = (change: Partial<z.input<typeof RegistrationForm>> = {}): z.input<typeof RegistrationForm> => ({
  name: 'Amina Voorbeeld',
  birthDate: '1990-01-01',
  contactLanguage: 'ar',
  test: 'nt2-oral',
  language: 'nl',
  reference: `T-${randomUUID().slice(0, 12)}`,
  ...change,
});

export type Asked = Operation extends infer O ? (O extends unknown ? Omit<O, 'opId' | 'seq'> : never) : never;

export class Candidate {
  fence = 0;
  nextSeq = 0;
  /** What the browser adds to a request by itself, by its path under /api/v1. */
  browser: (path: string) => Readonly<Record<string, string>> = () => ({});
  /** Everything that was acknowledged. */
  readonly acknowledged: Operation[] = [];
  private constructor(
    readonly url: string,
    readonly token: string,
    readonly session: string,
  ) {}

  /** Registers, uses the code and is admitted. */
  static async admitted(
    invigilator: Staff,
    change: Partial<z.input<typeof RegistrationForm>> = {},
  ): Promise<Candidate> {
    const registered = await invigilator.post<z.infer<typeof Registered>>('/invigilator/sessions', person(change));
    const candidate = await Candidate.arrive(invigilator.url, registered.code.code, registered.session);
    await invigilator.post(`/invigilator/sessions/${registered.session}/admit`, { document: 'identity-card' });
    await candidate.take();
    return candidate;
  }
  static async arrive(url: string, code: string, session: string, seat?: string): Promise<Candidate> {
    const { token } = await fetch(`${url}/api/v1/candidate/admission`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(seat === undefined ? { code } : { code, seat }),
    }).then((response) => reply<{ token: string }>(response));
    return new Candidate(url, token, session);
  }

  /** The same device, sent to another process from now on. */
  at(url: string): Candidate {
    const moved = new Candidate(url, this.token, this.session);
    moved.fence = this.fence;
    moved.nextSeq = this.nextSeq;
    return moved;
  }

  beat(): Promise<z.infer<typeof Heartbeat>> {
    return this.json('/session/heartbeat', {});
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}/api/v1/candidate${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...this.browser(`/api/v1/candidate${path}`),
        ...Object.fromEntries(new Headers(init.headers)),
      },
    });
  }
  private json<T>(path: string, body?: unknown): Promise<T> {
    return this.request(
      path,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    ).then((response) => reply<T>(response));
  }

  async take(): Promise<CandidateView> {
    const view = await this.json<CandidateView>('/session/take', {});
    this.fence = view.fence;
    this.nextSeq = view.nextSeq;
    return view;
  }
  view(): Promise<CandidateView> {
    return this.json('/session');
  }

  /** Numbers operations and sends them as one batch. */
  prepare(...asked: readonly Asked[]): Operation[] {
    return asked.map((one, index) => ({ ...one, opId: randomUUID(), seq: this.nextSeq + index }));
  }
  async send(operations: readonly Operation[]): Promise<OperationsReply> {
    const answer = await this.json<OperationsReply>('/session/operations', { fence: this.fence, operations });
    this.nextSeq = answer.view.nextSeq;
    this.acknowledged.push(...operations);
    return answer;
  }
  ask(...asked: readonly Asked[]): Promise<OperationsReply> {
    return this.send(this.prepare(...asked));
  }

  async toFirstPart(): Promise<CandidateView> {
    let { view } = await this.ask({ kind: 'confirm-name' });
    ({ view } = await this.ask({ kind: 'sound-checked', peak: 0.5 }));
    while (view.screen.name === 'practice-choice' || view.screen.name === 'practice-speaking') {
      const handle = view.screen.name === 'practice-choice' ? view.screen.item.handle : view.screen.turn.handle;
      ({ view } = await this.ask({ kind: 'practice-done', handle }));
    }
    return (await this.ask({ kind: 'start-part' })).view;
  }

  /** Uploads a recording of these bytes and seals it. */
  async record(handle: string, bytes: Uint8Array, durationMs = 3_000): Promise<OperationsReply> {
    const upload = randomUUID();
    await this.ask({ kind: 'recording-started', handle, upload });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await reply(
      await this.request(`/recordings/${upload}/chunks/0`, {
        method: 'PUT',
        headers: { 'x-chunk-sha256': sha256, 'content-type': 'application/octet-stream' },
        body: Buffer.from(bytes),
      }),
    );
    return this.ask({
      kind: 'recording-finished',
      handle,
      upload,
      chunks: [sha256],
      durationMs,
      contentType: 'audio/webm',
      peak: 0.5,
    });
  }

  /** Answers listening items until the part is over; `pick` chooses an option's index. */
  async listen(view: CandidateView, pick: (number: number) => number = () => 0): Promise<CandidateView> {
    let present = view;
    while (present.screen.name === 'listening-item') {
      const { item, number } = present.screen;
      const option = item.options[pick(number) % item.options.length]?.handle ?? '';
      ({ view: present } = await this.ask(
        { kind: 'play', handle: item.handle },
        { kind: 'answer', handle: item.handle, option },
        { kind: 'next', handle: item.handle },
      ));
    }
    return present;
  }
  async speak(view: CandidateView, durationMs?: number): Promise<CandidateView> {
    let present = view;
    while (present.screen.name === 'speaking-turn') {
      const { handle } = present.screen.turn;
      await this.ask({ kind: 'play', handle });
      await this.record(handle, new Uint8Array(4_000).fill(7), durationMs);
      ({ view: present } = await this.ask({ kind: 'next', handle }));
    }
    return present;
  }
}
