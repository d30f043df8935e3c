/**
 * A line between a page and the server that breaks as lines do: bytes are passed on over TCP, and the next request that
 * fits is met by what was asked for.
 */
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/**
 * request-lost: no byte of it arrives. reply-lost: it arrives whole, no byte of the reply does. reset-in-body: half of
 * it arrives, then both ends are reset. stalled: half-open, nothing arrives and nobody is told. reply-stalled: the same
 * for its reply. slow: both ways a few bytes at a time. twice: it arrives once more, on a line of its own, after its
 * reply.
 */
export const cuts = [
  'request-lost',
  'reply-lost',
  'reset-in-body',
  'stalled',
  'reply-stalled',
  'slow',
  'twice',
] as const;
export type LineCut = (typeof cuts)[number];

/** Of a slow line: so many bytes in so many ms. */
const trickle = { bytes: 48, everyMs: 3 };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Writes in the order of the calls, a few bytes at a time when the line is slow. */
function writer(to: Socket): (bytes: Buffer, isSlow: boolean) => void {
  let before = Promise.resolve();
  const write = async (bytes: Buffer, isSlow: boolean): Promise<void> => {
    const step = isSlow ? trickle.bytes : bytes.length;
    for (let at = 0; at < bytes.length && !to.destroyed; at += step) {
      to.write(bytes.subarray(at, at + step));
      if (isSlow) await pause(trickle.everyMs);
    }
  };
  return (bytes, isSlow) => {
    before = before.then(() => write(bytes, isSlow));
  };
}

/** The length of a request that begins here, once its head is whole. */
function lengthOf(bytes: Buffer): number | undefined {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(bytes.toString('latin1', 0, head + 2)) ?? [];
  return head + 4 + Number(length);
}

export class CutLine {
  private readonly planned: { readonly path: string; readonly cut: LineCut; readonly met: () => void }[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.carry(socket));

  private constructor(private readonly serverPort: number) {}

  static async to(url: string): Promise<CutLine> {
    const line = new CutLine(Number(new URL(url).port));
    await new Promise<void>((resolve) => line.server.listen(0, '127.0.0.1', resolve));
    return line;
  }
  get url(): string {
    const { port } = this.address();
    return `http://127.0.0.1:${port}`;
  }

  /** Meets the next request whose address ends so. @returns when it was met */
  cutNext(path: string, cut: LineCut): Promise<void> {
    return new Promise((met) => this.planned.push({ path, cut, met }));
  }
  /** Resets everything that is open now. */
  resetAll(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
  async close(): Promise<void> {
    this.resetAll();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private address(): AddressInfo {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the line is closed');
    return address;
  }
  private dial(): Socket {
    return this.known(connect(this.serverPort, '127.0.0.1'));
  }
  private known(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  }

  /** One connection of the page: its requests come one after the other, each cut as it was planned. */
  private carry(page: Socket): void {
    this.known(page);
    const server = this.dial();
    const toServer = writer(server);
    const toPage = writer(page);
    let cut: LineCut | undefined;
    let request = Buffer.alloc(0);
    server.on('data', (bytes: Buffer) => {
      if (cut === 'reply-lost') page.resetAndDestroy();
      else if (cut !== 'reply-stalled') toPage(bytes, cut === 'slow');
    });
    page.on('data', (bytes: Buffer) => {
      // What came before was a whole request: this begins the next.
      if (request.length >= (lengthOf(request) ?? Number.POSITIVE_INFINITY)) {
        request = Buffer.alloc(0);
        cut = undefined;
      }
      const isFirst = lengthOf(request) === undefined;
      request = Buffer.concat([request, bytes]);
      const length = lengthOf(request);
      if (length === undefined) return;
      if (isFirst) cut = this.planFor(request);
      if (cut === 'request-lost') page.resetAndDestroy();
      else if (cut === 'stalled') return;
      else if (request.length < length) return;
      else this.pass(request, cut, { page, server, toServer });
    });
    page.once('close', () => server.destroy());
    server.once('close', () => {
      if (cut !== 'stalled' && cut !== 'reply-stalled') page.end();
    });
  }

  /** A whole request. */
  private pass(
    request: Buffer,
    cut: LineCut | undefined,
    line: {
      readonly page: Socket;
      readonly server: Socket;
      readonly toServer: (bytes: Buffer, isSlow: boolean) => void;
    },
  ): void {
    if (cut === 'reset-in-body') {
      const half = request.indexOf('\r\n\r\n') + 4 + Math.floor((request.length - request.indexOf('\r\n\r\n')) / 2);
      line.server.write(request.subarray(0, half), () => {
        line.server.resetAndDestroy();
        line.page.resetAndDestroy();
      });
      return;
    }
    line.toServer(request, cut === 'slow');
    if (cut === 'twice') line.server.once('data', () => this.dial().write(request));
  }

  private planFor(request: Buffer): LineCut | undefined {
    const [, path = ''] = /^[A-Z]+ (\S+) /.exec(request.toString('latin1', 0, 300)) ?? [];
    const at = this.planned.findIndex((plan) => path.endsWith(plan.path));
    const [plan] = at < 0 ? [] : this.planned.splice(at, 1);
    plan?.met();
    return plan?.cut;
  }
}
