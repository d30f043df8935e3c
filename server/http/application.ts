/** The Express application: headers, the API, the interface's files, problems. */
import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';
import type { Program } from '../program.ts';
import { askedHost } from './asked-host.ts';
import { type Endpoint, routerOf } from './endpoint.ts';
import { openApiDocument } from './openapi.ts';
import { Problem, problemHandler } from './problem.ts';
import { protocolCheck } from './protocol-check.ts';
import { securityHeaders } from './security-headers.ts';
import { wholeText } from './whole-text.ts';

export interface ApplicationPorts extends Pick<Program, 'log' | 'publicUrl' | 'version'> {
  readonly configuration: Pick<Program['configuration'], 'publicUrl'>;
  readonly storage: Pick<Program['storage'], 'engine' | 'ping'>;
}

/** JSON bodies are small; a recording's chunk is read by its own endpoint. */
const jsonLimit = '200kb';

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

export interface ApplicationParts {
  readonly endpoints: readonly Endpoint[];
  /** Folder of the built interface. */
  readonly interfaceFolder: string;
  readonly jwks: () => Promise<object>;
  /** Sees every request. */
  readonly measure: RequestHandler;
}

export function createApplication(program: ApplicationPorts, parts: ApplicationParts): Express {
  const application = express();
  application.disable('x-powered-by');
  application.set('trust proxy', 'loopback');
  application.set('query parser', 'simple');
  application.use(logging(program), parts.measure, securityHeaders(program.publicUrl));
  application.get('/health', (_request, response, next) => {
    program.storage.ping().then(() => response.json({ status: 'ok', storage: program.storage.engine }), next);
  });
  // Probes of the machine that we run on ask by whatever address they have.
  application.use(askedHost(program.configuration.publicUrl), sameOrigin);
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
    wholeText,
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

/**
 * Hashed assets may be kept for ever, what else lies there is asked for again; a page is kept by nobody, so that Back
 * on a shared device does not show what stood on it.
 */
const files = (folder: string): RequestHandler =>
  express.static(folder, {
    index: 'index.html',
    redirect: true,
    setHeaders: (response, path) => {
      response.setHeader(
        'Cache-Control',
        /[\\/]assets[\\/]/.test(path)
          ? 'public, max-age=31536000, immutable'
          : path.endsWith('.html')
            ? 'no-store'
            : 'no-cache',
      );
    },
  });
