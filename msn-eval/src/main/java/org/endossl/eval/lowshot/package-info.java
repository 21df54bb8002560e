/**
 * How many labels a frozen encoder needs: logistic regression on few videos or few labels, several
 * draws of each, mean and deviation.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.eval.lowshot;
