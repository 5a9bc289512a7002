import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express from 'express';
import type { Router } from 'express';
import { openApiDocument } from './openapi/document.js';

const require = createRequire(import.meta.url);
const DAY_MS = 86_400_000;

/** Swagger UI's own files, and those alone: the package brings a demonstration page too. */
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-16x16.png', 'favicon-32x32.png'];

// Every script is a file of ours, so that the page works under a strict policy and without a network.
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Otklik: the API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<main id="ui"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
const START = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true });\n`;

/** /openapi.json and the page that shows it. */
export function openApiRoutes(): Router {
  const router = express.Router();
  const text = JSON.stringify(openApiDocument());
  for (const path of ['/openapi.json', '/api/v1/openapi.json']) {
    router.get(path, (_req, res) => {
      res.type('application/json').send(text);
    });
  }
  router.get('/docs', (_req, res) => {
    // The page's own styles are set by script; everything else is ours.
    res.setHeader(
      'Content-Security-Policy',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    );
    res.type('text/html').send(PAGE);
  });
  router.get('/docs/start.js', (_req, res) => {
    res.type('text/javascript').send(START);
  });
  const root = dirname(require.resolve('swagger-ui-dist/package.json'));
  for (const file of FILES) {
    router.get(`/docs/${file}`, (_req, res) => {
      res.sendFile(file, { root, maxAge: DAY_MS });
    });
  }
  return router;
}
