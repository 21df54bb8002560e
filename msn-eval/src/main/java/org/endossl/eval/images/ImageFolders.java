package org.endossl.eval.images;

import org.jspecify.annotations.Nullable;

/**
 * Directories, each with a subdirectory of images per class.
 *
 * @param train to learn from
 * @param labelled file with the names of the training images to use, one per line, as those of
 *     facebookresearch/msn's imagenet_subsets; absent: all
 * @param validation to choose by; may be empty
 * @param test to report on
 */
public record ImageFolders(
    String train, @Nullable String labelled, String validation, String test) {}
