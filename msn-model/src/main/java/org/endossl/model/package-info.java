/**
 * Networks, losses and their weights as values: a layer is a record of weights and a static apply.
 */
package org.endossl.model;
