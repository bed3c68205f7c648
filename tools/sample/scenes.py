# SPDX-License-Identifier: Apache-2.0
"""Draws friendly scenes from a seed: same seed, same pixels.

A perceptual hash needs something to hold on to, so every scene has large shapes, middle-sized
texture and strong contrast (PDQ quality of at least 50; the test of the sample looks at the texture).
"""
import math

import numpy
from PIL import Image, ImageDraw, ImageFilter


def clouds(rng, width, height, cells=6, octaves=5):
    """Fractal noise in -1..1: sums of coarse grids, each twice as fine and half as strong.

    It is made at a quarter of the size, because what is finer than that is grain anyway.
    """
    small = (width // 4, height // 4)
    total = numpy.zeros((small[1], small[0]), numpy.float32)
    strength, sum_of_strengths = 1.0, 0.0
    for octave in range(octaves):
        columns = cells * 2 ** octave
        rows = max(2, columns * height // width)
        grid = rng.random((rows, columns), numpy.float32) * 2 - 1
        layer = Image.fromarray(grid, "F").resize(small, Image.Resampling.BICUBIC)
        total += numpy.asarray(layer) * strength
        sum_of_strengths += strength
        strength *= 0.62
    whole = Image.fromarray(total / sum_of_strengths, "F")
    return numpy.asarray(whole.resize((width, height), Image.Resampling.BILINEAR))


def wash(rng, size, top, bottom, strength=70):
    """A sky, a sea, a cloth: a vertical gradient with clouds of brightness in it."""
    width, height = size
    ramp = numpy.linspace(0, 1, height, dtype=numpy.float32)[:, None, None]
    colour = numpy.array(top, numpy.float32) * (1 - ramp) + numpy.array(bottom, numpy.float32) * ramp
    texture = clouds(rng, width, height)[:, :, None] * strength
    return Image.fromarray(numpy.clip(colour + texture, 0, 255).astype(numpy.uint8), "RGB")


def hill_line(rng, width, base, height, roughness=5):
    """The points of a rolling outline, closed at the bottom by the caller."""
    phases = rng.random(roughness) * 2 * math.pi
    points = []
    for x in range(0, width + 16, 16):
        y = sum(math.sin(x / width * math.pi * (i + 1) * 1.4 + phases[i]) / (i + 1)
                for i in range(roughness))
        points.append((x, base - height * y / 2))
    return points


def land(image, rng, outline, colour, strength=55):
    """Fills everything below the outline with textured ground."""
    width, height = image.size
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).polygon(outline + [(width, height), (0, height)], fill=255)
    darker = tuple(int(c * 0.55) for c in colour)
    image.paste(wash(rng, image.size, colour, darker, strength), mask=mask)


def colour_of(rng, low=40, high=235):
    return tuple(int(c) for c in rng.integers(low, high, 3))


def lighthouse(rng, size):
    width, height = size
    image = wash(rng, size, (90, 140, 205), (245, 205, 165))
    land(image, rng, hill_line(rng, width, height * 0.72, height * 0.03), (35, 85, 130), 60)
    land(image, rng, hill_line(rng, width, height * (0.86 + 0.05 * rng.random()), height * 0.1), (95, 90, 70))
    draw = ImageDraw.Draw(image)
    x, top, foot = width * (0.25 + 0.5 * rng.random()), height * 0.2, height * 0.85
    wide, narrow = width * 0.055, width * 0.032
    draw.polygon([(x - wide, foot), (x + wide, foot), (x + narrow, top), (x - narrow, top)], fill=(240, 236, 228))
    stripes = int(rng.integers(3, 6))
    for i in range(stripes):
        a, b = (i + 0.1) / stripes, (i + 0.55) / stripes
        wa, wb = narrow + (wide - narrow) * a, narrow + (wide - narrow) * b
        ya, yb = top + (foot - top) * a, top + (foot - top) * b
        draw.polygon([(x - wa, ya), (x + wa, ya), (x + wb, yb), (x - wb, yb)], fill=(190, 45, 40))
    draw.rectangle([x - narrow, top - height * 0.06, x + narrow, top], fill=(250, 220, 110), outline=(40, 40, 45), width=6)
    draw.polygon([(x - narrow * 1.4, top - height * 0.06), (x + narrow * 1.4, top - height * 0.06),
                  (x, top - height * 0.12)], fill=(50, 55, 65))
    return image


def boats(rng, size):
    width, height = size
    image = wash(rng, size, (120, 170, 225), (215, 225, 235))
    land(image, rng, hill_line(rng, width, height * 0.45, height * 0.12), (85, 115, 85))
    land(image, rng, hill_line(rng, width, height * 0.52, height * 0.01), (40, 95, 140), 75)
    draw = ImageDraw.Draw(image)
    for i in range(int(rng.integers(3, 6))):
        x, y = width * (0.08 + 0.84 * rng.random()), height * (0.58 + 0.07 * i)
        s = height * (0.08 + 0.025 * i) * (0.8 + 0.5 * rng.random())
        draw.polygon([(x - s, y), (x + s, y), (x + s * 0.7, y + s * 0.35), (x - s * 0.75, y + s * 0.35)],
                     fill=colour_of(rng, 30, 150))
        draw.line([(x, y), (x, y - s * 2)], fill=(60, 45, 30), width=8)
        draw.polygon([(x + 6, y - s * 1.95), (x + 6, y - s * 0.15), (x + s * 0.95, y - s * 0.15)], fill=(245, 240, 225))
        draw.polygon([(x - 6, y - s * 1.8), (x - 6, y - s * 0.15), (x - s * 0.7, y - s * 0.15)], fill=colour_of(rng, 150, 250))
    return image


def kites(rng, size):
    width, height = size
    image = wash(rng, size, (70, 135, 215), (190, 220, 240), 85)
    land(image, rng, hill_line(rng, width, height * 0.88, height * 0.08), (105, 150, 70))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(4, 8))):
        x, y = width * (0.1 + 0.8 * rng.random()), height * (0.08 + 0.5 * rng.random())
        s, turn = height * (0.06 + 0.09 * rng.random()), rng.random() * 1.5 - 0.75
        corner = [(x + s * r * math.sin(a + turn), y - s * r * math.cos(a + turn))
                  for a, r in ((0, 1), (math.pi / 2, 0.65), (math.pi, 1.4), (-math.pi / 2, 0.65))]
        draw.line([corner[2], (width * 0.5, height * 0.93)], fill=(60, 60, 70), width=3)
        for i in range(4):
            draw.polygon([(x, y), corner[i], corner[(i + 1) % 4]], fill=colour_of(rng))
    return image


def fruit_bowl(rng, size):
    width, height = size
    image = wash(rng, size, (205, 190, 165), (165, 140, 115), 60)
    land(image, rng, [(0, height * 0.66), (width, height * 0.62)], (120, 75, 45), 70)
    draw = ImageDraw.Draw(image)
    palette = [(205, 50, 40), (235, 150, 35), (240, 205, 60), (120, 165, 55), (110, 50, 110), (220, 110, 80)]
    for i in range(int(rng.integers(9, 14))):
        x, y = width * (0.27 + 0.46 * rng.random()), height * (0.34 + 0.22 * rng.random())
        r = height * (0.06 + 0.06 * rng.random())
        c = palette[int(rng.integers(len(palette)))]
        for k in range(6):
            shade = tuple(min(255, int(v * (0.5 + 0.13 * k))) for v in c)
            q = r * (1 - 0.15 * k)
            draw.ellipse([x - q - k * r * 0.04, y - q - k * r * 0.05, x + q - k * r * 0.04, y + q - k * r * 0.05], fill=shade)
        draw.line([(x, y - r), (x + r * 0.2, y - r * 1.3)], fill=(70, 50, 30), width=7)
    bowl = [width * 0.2, height * 0.3, width * 0.8, height * 0.92]
    draw.chord(bowl, 0, 180, fill=colour_of(rng, 60, 200), outline=(40, 40, 50), width=8)
    for i in range(8):
        x = width * (0.27 + i * 0.066)
        draw.ellipse([x, height * 0.68, x + width * 0.03, height * 0.68 + width * 0.03], fill=colour_of(rng, 150, 255))
    return image


def island_map(rng, size):
    width, height = size
    shape = clouds(rng, width, height, 4, 6)
    y, x = numpy.mgrid[0:height, 0:width]
    distance = numpy.hypot((x - width / 2) / width, (y - height / 2) / height)
    level = shape * 1.5 + 0.42 - distance * 1.5
    bands = [(-9, (95, 150, 200)), (-0.25, (130, 180, 215)), (-0.05, (235, 220, 170)), (0.06, (165, 195, 115)),
             (0.28, (125, 165, 85)), (0.5, (175, 150, 105)), (0.75, (240, 238, 232))]
    pixels = numpy.zeros((height, width, 3), numpy.float32)
    for threshold, colour in bands:
        pixels[level > threshold] = colour
    pixels += clouds(rng, width, height, 12, 4)[:, :, None] * 45
    image = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    for k in range(1, 8):
        draw.line([(width * k / 8, 0), (width * k / 8, height)], fill=(90, 100, 110), width=2)
        draw.line([(0, height * k / 8), (width, height * k / 8)], fill=(90, 100, 110), width=2)
    points = [(width * (0.2 + 0.6 * rng.random()), height * (0.2 + 0.6 * rng.random())) for _ in range(7)]
    draw.line(points, fill=(200, 60, 40), width=9, joint="curve")
    for px, py in points:
        draw.ellipse([px - 16, py - 16, px + 16, py + 16], fill=(250, 250, 245), outline=(30, 30, 35), width=6)
    return image


def still_life(rng, size):
    width, height = size
    image = wash(rng, size, colour_of(rng, 90, 220), colour_of(rng, 60, 200), 65)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(10, 16))):
        x, y = width * rng.random(), height * rng.random()
        s, c = height * (0.07 + 0.16 * rng.random()), colour_of(rng, 10, 250)
        kind = int(rng.integers(4))
        if kind == 0:
            draw.ellipse([x - s, y - s, x + s, y + s], fill=c, outline=(25, 25, 30), width=7)
        elif kind == 1:
            draw.rectangle([x - s, y - s * 0.7, x + s, y + s * 0.7], fill=c, outline=(245, 245, 240), width=7)
        elif kind == 2:
            draw.polygon([(x, y - s), (x + s, y + s * 0.8), (x - s, y + s * 0.8)], fill=c)
        else:
            for k in range(5):
                draw.arc([x - s + k * 14, y - s + k * 14, x + s - k * 14, y + s - k * 14], 20 * k, 250 + 20 * k, fill=c, width=9)
    return image


def village(rng, size):
    width, height = size
    image = wash(rng, size, (150, 190, 230), (240, 225, 205), 60)
    land(image, rng, hill_line(rng, width, height * 0.55, height * 0.25), (95, 130, 100))
    land(image, rng, hill_line(rng, width, height * 0.8, height * 0.06), (140, 150, 85))
    draw = ImageDraw.Draw(image)
    x = width * 0.03
    while x < width * 0.95:
        w, h = width * (0.07 + 0.06 * rng.random()), height * (0.14 + 0.2 * rng.random())
        foot = height * (0.8 + 0.05 * rng.random())
        draw.rectangle([x, foot - h, x + w, foot], fill=colour_of(rng, 165, 250), outline=(70, 60, 55), width=4)
        draw.polygon([(x - w * 0.1, foot - h), (x + w * 1.1, foot - h), (x + w / 2, foot - h - w * 0.6)], fill=colour_of(rng, 70, 190))
        for row in range(2):
            for column in range(2):
                wx, wy = x + w * (0.15 + 0.45 * column), foot - h * (0.85 - 0.4 * row)
                draw.rectangle([wx, wy, wx + w * 0.22, wy + h * 0.2], fill=(60, 80, 110), outline=(240, 240, 240), width=3)
        x += w * (1.05 + 0.5 * rng.random())
    return image


def chess(rng, size):
    width, height = size
    image = wash(rng, size, (110, 80, 55), (70, 50, 35), 60)
    draw = ImageDraw.Draw(image)
    side = min(width, height) * 0.88
    left, top, square = (width - side) / 2, (height - side) / 2, side / 8
    for row in range(8):
        for column in range(8):
            x, y = left + column * square, top + row * square
            shade = (232, 214, 180) if (row + column) % 2 == 0 else (125, 85, 55)
            draw.rectangle([x, y, x + square, y + square], fill=shade)
            if rng.random() < 0.38:
                piece = (245, 245, 240) if rng.random() < 0.5 else (30, 30, 35)
                m = square * (0.16 + 0.12 * rng.random())
                draw.ellipse([x + m, y + m, x + square - m, y + square - m], fill=piece, outline=(120, 120, 120), width=4)
    return Image.blend(image, wash(rng, size, (200, 190, 170), (120, 110, 100), 90), 0.28)


def balloons(rng, size):
    width, height = size
    image = wash(rng, size, (100, 160, 230), (250, 225, 190), 70)
    land(image, rng, hill_line(rng, width, height * 0.85, height * 0.2), (75, 110, 80))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(3, 7))):
        x, y = width * (0.1 + 0.8 * rng.random()), height * (0.15 + 0.45 * rng.random())
        r = height * (0.07 + 0.1 * rng.random())
        first, second = colour_of(rng), colour_of(rng)
        for k in range(5, 0, -1):
            w = r * k / 5
            draw.ellipse([x - w, y - r, x + w, y + r], fill=first if k % 2 else second)
        draw.polygon([(x - r * 0.5, y + r * 0.85), (x + r * 0.5, y + r * 0.85), (x + r * 0.15, y + r * 1.35), (x - r * 0.15, y + r * 1.35)], fill=second)
        draw.rectangle([x - r * 0.16, y + r * 1.4, x + r * 0.16, y + r * 1.65], fill=(110, 75, 45))
    return image


def garden(rng, size):
    width, height = size
    image = wash(rng, size, (125, 150, 80), (85, 120, 60), 75)
    draw = ImageDraw.Draw(image)
    for row in range(int(rng.integers(4, 7))):
        y = height * (0.1 + row * 0.15)
        draw.rectangle([width * 0.05, y, width * 0.95, y + height * 0.09], fill=(95, 65, 45))
        colour, step = colour_of(rng, 60, 250), width * (0.03 + 0.03 * rng.random())
        x = width * 0.07
        while x < width * 0.92:
            r = step * (0.25 + 0.35 * rng.random())
            for k in range(6):
                a = k * math.pi / 3
                draw.ellipse([x + r * math.cos(a) - r * 0.6, y + height * 0.045 + r * math.sin(a) - r * 0.6,
                              x + r * math.cos(a) + r * 0.6, y + height * 0.045 + r * math.sin(a) + r * 0.6], fill=colour)
            draw.ellipse([x - r * 0.5, y + height * 0.045 - r * 0.5, x + r * 0.5, y + height * 0.045 + r * 0.5], fill=(245, 215, 80))
            x += step * (1.1 + rng.random())
    return image


SCENES = {"lighthouse": lighthouse, "boats": boats, "kites": kites, "fruit": fruit_bowl, "map": island_map,
          "shapes": still_life, "village": village, "chess": chess, "balloons": balloons, "garden": garden}


def draw(scene, number):
    """The picture `number` of a scene, 1024 to 1600 pixels wide, as an RGB image with fine grain."""
    rng = numpy.random.Generator(numpy.random.PCG64([sorted(SCENES).index(scene), number]))
    width = 1600 if number == 5 else int(rng.integers(16, 20)) * 64
    height = width * (3, 4, 9)[number % 3] // (4, 5, 16)[number % 3] // 16 * 16
    image = SCENES[scene](rng, (width, height)).filter(ImageFilter.SMOOTH)
    grain = rng.integers(-9, 10, (height, width, 1), numpy.int16)
    pixels = numpy.asarray(image).astype(numpy.int16) + grain
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8), "RGB")
