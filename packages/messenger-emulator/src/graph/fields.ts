import { invalidParameter } from '../values/graphError';
import type { JsonObject } from '../values/json';
import type { Parameters } from './parameters';

/**
 * The part of a node that `fields` asks for; its ID always.
 *
 * @see https://developers.facebook.com/docs/graph-api/guides/field-expansion
 * @throws {GraphError} for a field that the node does not have.
 */
export function selectFields(
  nodeType: string,
  node: JsonObject,
  parameters: Parameters,
  unasked: readonly string[] = Object.keys(node),
): JsonObject {
  const asked = parameters.names('fields') ?? unasked;
  const selected: JsonObject = {};
  for (const name of asked) {
    if (!Object.hasOwn(node, name)) {
      throw invalidParameter(
        `Tried accessing nonexisting field (${name}) on node type (${nodeType})`,
      );
    }
    selected[name] = node[name];
  }
  return { ...selected, id: node.id };
}
