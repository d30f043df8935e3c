/** Measures of this process for its operator, at an address of their own: no candidate's business. */
import express, { type Express, type RequestHandler } from 'express';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  readonly measure: RequestHandler;
  /** Serves `/metrics`, and nothing else. */
  readonly application: Express;
}

/** What is refused because it was changed past the program, e.g. for an alert. */
export interface RefusedCounts {
  readonly refusedStreams: { readonly count: number };
  readonly refusedDocuments: { readonly count: number };
}

export function metrics({ refusedStreams, refusedDocuments }: RefusedCounts): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'meetlat_request_seconds',
    help: 'Time of a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  for (const [what, refused] of Object.entries({ streams: refusedStreams, documents: refusedDocuments }))
    registry.registerMetric(
      new Gauge({
        name: `meetlat_refused_${what}`,
        help: `Changed past the program (${what}), as far as this process met them; the log names each`,
        registers: [],
        collect() {
          this.set(refused.count);
        },
      }),
    );
  const application = express().disable('x-powered-by');
  application.get('/metrics', (_request, response, next) => {
    registry.metrics().then((text) => response.type(registry.contentType).send(text), next);
  });
  return {
    application,
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
  };
}
