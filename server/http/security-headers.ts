/** What every response says to a browser about itself, before a route adds to it. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** A year: a browser that was here once comes back by HTTPS only, s. */
const httpsOnlySeconds = 365 * 24 * 3600;

/** Everything from ourselves, nothing inline, nothing framed. */
const headers = (isHttps: boolean): RequestHandler =>
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
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: isHttps && { maxAge: httpsOnlySeconds, includeSubDomains: false },
    crossOriginEmbedderPolicy: false,
  });

/** The address is known for certain only once the server listens: asked for at each response. */
export function securityHeaders(publicUrl: () => string): RequestHandler {
  const [plain, https] = [headers(false), headers(true)];
  return (request, response, next) => {
    response.setHeader(
      'Permissions-Policy',
      'microphone=(self), camera=(), geolocation=(), payment=(), usb=(), fullscreen=(self), autoplay=(self)',
    );
    // Kept by nobody, unless a route knows better.
    response.setHeader('Cache-Control', 'no-store');
    (publicUrl().startsWith('https:') ? https : plain)(request, response, next);
  };
}
