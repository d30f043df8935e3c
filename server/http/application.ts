/** The Express application: headers, the API, the interface's files, problems. */
import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import { Registry, Histogram, collectDefaultMetrics } from 'prom-client';
import type { Program } from '../program.ts';
import { type Endpoint, routerOf } from './endpoint.ts';
import { openApiDocument } from './openapi.ts';
import { Problem, problemHandler } from './problem.ts';
import { protocolCheck } from './protocol-check.ts';

export type ApplicationPorts = Pick<Program, 'log' | 'publicUrl' | 'storage' | 'version'>;

/** JSON bodies are small; a recording's chunk is read by its own endpoint. */
const jsonLimit = '200kb';

/** Everything from ourselves, nothing inline, nothing framed. */
const security = (program: ApplicationPorts): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        mediaSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: program.publicUrl().startsWith('https:'),
    crossOriginEmbedderPolicy: false,
  });

const permissions: RequestHandler = (_request, response, next) => {
  response.setHeader(
    'Permissions-Policy',
    'microphone=(self), camera=(), geolocation=(), payment=(), usb=(), fullscreen=(self), autoplay=(self)',
  );
  next();
};

/**
 * A cookie alone must not be enough from another site: what changes something comes from our own pages, or from no page
 * at all.
 */
const sameOrigin: RequestHandler = (request, _response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') {
    next();
    return;
  }
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const own = origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.headers.host);
  next(
    own && (site === undefined || site === 'same-origin' || site === 'none')
      ? undefined
      : new Problem('foreign-origin'),
  );
};

/** Logs say what happened, never to whom: no address, no query, no body, no token. */
const logging = (program: ApplicationPorts): RequestHandler =>
  pinoHttp({
    logger: program.log,
    autoLogging: { ignore: (request) => request.url === '/health' || !(request.url ?? '').startsWith('/api/') },
    serializers: {
      req: (request: { method: string; id: unknown }) => ({ method: request.method, id: request.id }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
  });

function metrics(): { readonly measure: RequestHandler; readonly expose: RequestHandler } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'meetlat_request_seconds',
    help: 'Time of a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return {
    measure: (request, response, next) => {
      const stop = seconds.startTimer();
      response.on('finish', () => {
        const route: unknown = request.route?.path;
        stop({
          method: request.method,
          route: typeof route === 'string' ? route : 'file',
          status: String(response.statusCode),
        });
      });
      next();
    },
    expose: (_request, response, next) => {
      registry.metrics().then((text) => response.type(registry.contentType).send(text), next);
    },
  };
}

export interface ApplicationParts {
  readonly endpoints: readonly Endpoint[];
  /** Folder of the built interface. */
  readonly interfaceFolder: string;
  readonly jwks: () => Promise<object>;
}

export function createApplication(program: ApplicationPorts, parts: ApplicationParts): Express {
  const application = express();
  application.disable('x-powered-by');
  application.set('trust proxy', 'loopback');
  application.set('query parser', 'simple');
  const { measure, expose } = metrics();
  application.use(logging(program), measure, security(program), permissions, sameOrigin);
  application.get('/health', (_request, response, next) => {
    program.storage.ping().then(() => response.json({ status: 'ok', storage: program.storage.engine }), next);
  });
  application.get('/metrics', expose);
  application.get('/.well-known/jwks.json', (_request, response, next) => {
    parts
      .jwks()
      .then(
        (set) =>
          response
            .setHeader('Access-Control-Allow-Origin', '*')
            .setHeader('Cache-Control', 'public, max-age=300')
            .json(set),
        next,
      );
  });
  const document = openApiDocument(parts.endpoints, program.version);
  application.get('/api/v1/openapi.json', (_request, response) => {
    response.json(document);
  });
  application.use(
    '/api/v1',
    protocolCheck,
    express.json({ limit: jsonLimit, strict: true, type: 'application/json' }),
    routerOf(parts.endpoints),
  );
  application.use('/api', (_request, _response, next) => {
    next(new Problem('not-found'));
  });
  application.use(compression(), files(parts.interfaceFolder));
  application.use((_request, _response, next) => {
    next(new Problem('not-found'));
  });
  application.use(problemHandler(program.log));
  return application;
}

/** Hashed assets may be kept for ever; pages are asked for again each time. */
const files = (folder: string): RequestHandler =>
  express.static(folder, {
    index: 'index.html',
    redirect: true,
    setHeaders: (response, path) => {
      response.setHeader(
        'Cache-Control',
        /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
