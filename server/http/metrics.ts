/** Measures of this process for its operator, at an address of their own: no candidate's business. */
import express, { type Express, type RequestHandler } from 'express';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  readonly measure: RequestHandler;
  /** Serves `/metrics`, and nothing else. */
  readonly application: Express;
}

/** What somebody should look at, e.g. for an alert. */
export interface AlarmingCounts {
  readonly refusedStreams: { readonly count: number };
  readonly refusedDocuments: { readonly count: number };
  readonly cappedExposures: { readonly count: number };
}

export function metrics({ refusedStreams, refusedDocuments, cappedExposures }: AlarmingCounts): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'meetlat_request_seconds',
    help: 'Time of a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const gauge = (name: string, help: string, counted: { readonly count: number }): void =>
    registry.registerMetric(
      new Gauge({
        name: `meetlat_${name}`,
        help: `${help}, as far as this process met them; the log names each`,
        registers: [],
        collect() {
          this.set(counted.count);
        },
      }),
    );
  gauge('refused_streams', 'Changed past the program (streams)', refusedStreams);
  gauge('refused_documents', 'Changed past the program (documents)', refusedDocuments);
  gauge(
    'capped_exposures',
    'Sessions of people who had seen the most of a bank that one person is shown',
    cappedExposures,
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
