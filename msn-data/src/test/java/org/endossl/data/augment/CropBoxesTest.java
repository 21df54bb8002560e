package org.endossl.data.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.endossl.data.Graphs;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;

class CropBoxesTest {
  private static float[] boxes(int height, int width, double least, double greatest, float[] u) {
    return Graphs.run(
        tf ->
            CropBoxes.of(
                tf,
                tf.constant(new int[] {height, width}),
                tf.constant(
                    Shape.of(u.length / CropBoxes.DRAWS, CropBoxes.DRAWS), DataBuffers.of(u)),
                least,
                greatest));
  }

  private static float[] uniform(int boxes) {
    Random random = new Random(5);
    float[] u = new float[boxes * CropBoxes.DRAWS];
    for (int i = 0; i < u.length; i++) {
      u[i] = random.nextFloat();
    }
    return u;
  }

  /** RandomResizedCrop.get_params as torchvision documents it, on the same numbers. */
  private static int[] reference(int height, int width, double least, double greatest, float[] u) {
    for (int i = 0; i < 10; i++) {
      double area = height * width * (least + u[i] * (greatest - least));
      double log = Math.log(3.0 / 4);
      double aspect = Math.exp(log + u[10 + i] * (Math.log(4.0 / 3) - log));
      int w = (int) Math.rint(Math.sqrt(area * aspect));
      int h = (int) Math.rint(Math.sqrt(area / aspect));
      if (0 < w && w <= width && 0 < h && h <= height) {
        return new int[] {(int) (u[20] * (height - h + 1)), (int) (u[21] * (width - w + 1)), h, w};
      }
    }
    double ratio = (double) width / height;
    int h = ratio < 3.0 / 4 ? (int) Math.rint(width / (3.0 / 4)) : height;
    int w = ratio > 4.0 / 3 ? (int) Math.rint(height * (4.0 / 3)) : width;
    return new int[] {(height - h) / 2, (width - w) / 2, h, w};
  }

  @Test
  void boxes_areThoseOfTheReference() {
    int count = 500;
    float[] u = uniform(count);
    int[][] sizes = {{480, 854}, {240, 320}, {100, 30}};
    for (int[] size : sizes) {
      float[] got = boxes(size[0], size[1], 0.3, 1, u);
      int different = 0;
      for (int i = 0; i < count; i++) {
        float[] mine = new float[CropBoxes.DRAWS];
        System.arraycopy(u, i * CropBoxes.DRAWS, mine, 0, CropBoxes.DRAWS);
        int[] want = reference(size[0], size[1], 0.3, 1, mine);
        for (int c = 0; c < 4; c++) {
          assertEquals(want[c], got[i * 4 + c], 1);
          different += want[c] == got[i * 4 + c] ? 0 : 1;
        }
        assertTrue(got[i * 4] + got[i * 4 + 2] <= size[0]);
        assertTrue(got[i * 4 + 1] + got[i * 4 + 3] <= size[1]);
      }
      assertTrue(different <= 4, different + " values rounded the other way by float");
    }
  }

  @Test
  void whereNothingFits_theCentreIsTaken() {
    float[] u = uniform(1);
    float[] wide = boxes(30, 300, 1, 1, u); // no box of all the area has an aspect below 4/3
    assertEquals(30, wide[2]);
    assertEquals(40, wide[3]);
    assertEquals(0, wide[0]);
    assertEquals(130, wide[1]);
  }
}
