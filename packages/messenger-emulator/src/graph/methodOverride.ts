import { GraphError } from '../values/graphError';
import type { GraphCall } from './call';
import { Parameters } from './parameters';

const METHODS = ['GET', 'POST', 'DELETE'];

/**
 * Applies the parameter `method` of a POST: clients that cannot send DELETE
 * send `method=delete` in the query or the body. See
 * docs/messenger-facts.md#method-override
 *
 * @throws {GraphError} for a method that Graph does not know.
 */
export function applyMethodOverride(call: GraphCall): GraphCall {
  const override = call.parameters.text('method');
  if (call.method !== 'POST' || override === undefined) return call;
  const method = override.toUpperCase();
  if (!METHODS.includes(method)) {
    throw new GraphError(`Unsupported method, ${override}`, {
      type: 'GraphMethodException',
    });
  }
  const { method: _method, ...parameters } = call.parameters.toObject();
  return { ...call, method, parameters: new Parameters(parameters) };
}
