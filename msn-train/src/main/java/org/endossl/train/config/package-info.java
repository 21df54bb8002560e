/**
 * YAML files to immutable records and back. Knows nothing of what the records mean; the records
 * check themselves in their compact constructors.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.train.config;
