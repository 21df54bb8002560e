/** Features of a frozen encoder, the linear probe, metrics and the report. */
package org.endossl.eval;
