import type { Config } from '../config.js';
import { parseAllowList } from './addresses.js';
import type { UrlRules } from './receiver-url.js';
import { WebhookSender, type SenderOptions } from './sender.js';

/** Where a desk's webhooks may go, by its environment. */
export const urlRulesOf = (config: Config): UrlRules => ({
  allow: parseAllowList(config.OTKLIK_WEBHOOK_ALLOW),
  requireHttps: config.NODE_ENV === 'production',
});

export const senderOf = (
  config: Config,
  options: Pick<SenderOptions, 'timeoutMs'> = {},
): WebhookSender => new WebhookSender({ ...urlRulesOf(config), ...options });
