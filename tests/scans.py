"""Made-up pages as a window meets them (扫描件样张): forms filled by program, scanned, photographed, stamped.

Everything is drawn with the shipped typeface and follows from a seed. ``draw`` makes the clean sheet, the functions of
``WAYS`` make of it what a scanner or a telephone makes of paper. Lengths are in millimetres on A4.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from random import Random

import cv2
import numpy
from PIL import Image, ImageDraw, ImageFont

A4 = (210, 297)
FONT = str(files("records") / "static/fonts/NotoSansSC-Names.ttf")
INKS = ((20, 20, 40), (25, 35, 120), (40, 40, 40))
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜䶮"
GIVEN = "子轩雨桐浩然梓涵一诺欣怡俊杰晓明国强秀英建华丽娟志伟海燕文博思远佳琪天宇"
ROADS = ("云溪路", "人民东路", "桃花巷", "建设北街", "秋水里", "望江大道", "槐荫胡同", "长乐坊")
TRADES = ("热食类食品制售", "预包装食品销售", "理发服务", "住宿服务", "糕点类食品制售", "散装食品销售")


@dataclass(frozen=True, slots=True)
class Filled:
    """What one person wrote into a form; ``hand`` is the seed of the handwriting."""

    name: str
    number: str
    phone: str
    address: str
    trade: str
    day: str
    paper: str
    amounts: tuple[str, ...]
    hand: int


def filled(chance: Random) -> Filled:
    """Return the entries of somebody who does not exist."""
    digits = lambda count: "".join(chance.choices("0123456789", k=count))  # noqa: E731
    return Filled(
        name=chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2)))),
        number=f"419999{chance.randint(1950, 2005)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{digits(4)}",
        phone=f"13{digits(9)}",
        address=f"{chance.choice(ROADS)}{chance.randint(1, 399)}号{chance.randint(1, 30)}幢{chance.randint(101, 1802)}室",
        trade=chance.choice(TRADES),
        day=f"{chance.randint(2015, 2026)}年{chance.randint(1, 12)}月{chance.randint(1, 28)}日",
        paper=f"JY{digits(14)}",
        amounts=tuple(f"{chance.randint(1, 99999)}.{digits(2)}" for _ in range(8)),
        hand=chance.randrange(1 << 30),
    )


def another(one: Filled, chance: Random, way: str) -> Filled:
    """Return other entries for the same form: another ``person``, only name and number, or only the paper's ``number``."""
    other = filled(chance)
    match way:
        case "person":
            return other
        case "name":
            return replace(one, name=other.name, number=other.number, hand=other.hand)
        case "number":
            return replace(one, paper=other.paper, number=other.number)
    raise ValueError(way)


class Sheet:
    """A white sheet that is written on in millimetres."""

    def __init__(self, dpi: int, hand: int) -> None:
        self.scale = dpi / 25.4
        self.picture = Image.new("RGB", tuple(round(side * self.scale) for side in A4), "white")
        self.pen = ImageDraw.Draw(self.picture)
        self.chance = Random(hand)
        self.ink = self.chance.choice(INKS)

    def print(self, x: float, y: float, text: str, size: float = 4.0, *, centred: bool = False) -> None:
        """Print a line; ``size`` is the height of a character."""
        font = _font(round(size * self.scale))
        left = x * self.scale - (font.getlength(text) / 2 if centred else 0)
        self.pen.text((left, y * self.scale), text, fill=(15, 15, 15), font=font)

    def write(self, x: float, y: float, text: str, size: float = 5.0) -> None:
        """Write by hand: every character a little turned, moved and larger or smaller."""
        for char in text:
            turn, grow = self.chance.uniform(-9, 9), self.chance.uniform(0.85, 1.15)
            up, on = self.chance.uniform(-0.5, 0.5), self.chance.uniform(-0.25, 0.25)
            font = _font(round(size * grow * self.scale))
            side = round(size * 1.8 * self.scale)
            tile = Image.new("L", (side, side), 0)
            ImageDraw.Draw(tile).text(
                (side / 2, side / 2),
                char,
                fill=255,
                font=font,
                anchor="mm",
                stroke_width=round(0.08 * self.scale),
            )
            tile = tile.rotate(turn, Image.Resampling.BICUBIC)
            at = (round((x + on) * self.scale - side * 0.22), round((y + up) * self.scale - side * 0.22))
            self.picture.paste(self.ink, at, tile)
            x += size * (0.62 if char.isascii() else 1.02)

    def line(self, *points: float, width: float = 0.3) -> None:
        """Draw a line through points."""
        self.pen.line(
            [value * self.scale for value in points],
            fill=(15, 15, 15),
            width=max(1, round(width * self.scale)),
        )

    def box(self, left: float, top: float, right: float, bottom: float, width: float = 0.3) -> None:
        """Draw a frame."""
        self.pen.rectangle(
            [value * self.scale for value in (left, top, right, bottom)],
            outline=(15, 15, 15),
            width=max(1, round(width * self.scale)),
        )


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def application(sheet: Sheet, who: Filled) -> None:
    """A form with a table, filled in by hand."""
    sheet.print(105, 20, "食品经营许可申请书", 8, centred=True)
    rows = (
        ("申请人姓名", who.name),
        ("公民身份号码", who.number),
        ("联系电话", who.phone),
        ("经营场所", who.address),
        ("经营项目", who.trade),
        ("申请日期", who.day),
        ("备注", ""),
    )
    for index, (label, value) in enumerate(rows):
        top = 42 + index * 14
        sheet.box(20, top, 190, top + 14)
        sheet.line(65, top, 65, top + 14)
        sheet.print(24, top + 4.5, label)
        sheet.write(70, top + 4, value)
    for index, text in enumerate(PROMISES[:5]):
        sheet.print(22, 150 + index * 9, f"{index + 1}．{text}", 3.7)
    sheet.print(120, 225, "申请人签字：")
    sheet.write(145, 224, who.name, 6)


def licence(sheet: Sheet, who: Filled) -> None:
    """A printed certificate in a frame."""
    sheet.box(12, 12, 198, 285, 1.2)
    sheet.box(16, 16, 194, 281, 0.4)
    sheet.print(105, 40, "食品经营许可证", 14, centred=True)
    rows = (
        ("经营者名称", f"云溪县{who.name}小吃店"),
        ("统一社会信用代码", f"92{who.number[:16]}"),
        ("法定代表人（负责人）", who.name),
        ("经营场所", who.address),
        ("主体业态", "餐饮服务经营者"),
        ("经营项目", who.trade),
        ("许可证编号", who.paper),
        ("有效期至", who.day),
    )
    for index, (label, value) in enumerate(rows):
        sheet.print(28, 80 + index * 17, label, 4.6)
        sheet.print(85, 80 + index * 17, value, 4.6)
    sheet.print(130, 240, "云溪县市场监督管理局", 4.6)
    sheet.print(28, 265, "国家市场监督管理总局监制", 3.5)


def card(sheet: Sheet, who: Filled) -> None:
    """Both sides of a card on one sheet, at the size of a copy."""
    chance = Random(who.number)
    for top in (60, 150):
        sheet.pen.rounded_rectangle(
            [value * sheet.scale for value in (50, top, 160, top + 70)],
            4 * sheet.scale,
            outline=(60, 60, 60),
            width=2,
            fill=(236, 240, 243),
        )
    for index, (label, value) in enumerate(
        (
            ("姓名", who.name),
            ("性别", chance.choice("男女")),
            ("出生", f"{who.number[6:10]}年{int(who.number[10:12])}月{int(who.number[12:14])}日"),
            ("住址", who.address),
        )
    ):
        sheet.print(56, 66 + index * 11, label, 3.2)
        sheet.print(68, 65.5 + index * 11, value, 3.8)
    sheet.print(56, 119, "公民身份号码", 3.4)
    sheet.print(84, 118.5, who.number, 4.4)
    grey = chance.randint(60, 150)
    for left, top, right, bottom, shade in (
        (128, 70, 152, 108, 200),
        (133, 76, 147, 96, grey),
        (130, 96, 150, 108, grey // 2),
        (134, 73, 146, 80, 30),
    ):
        spread = [value + chance.uniform(-1.5, 1.5) for value in (left, top, right, bottom)]
        sheet.pen.ellipse([value * sheet.scale for value in spread], fill=(shade,) * 3)
    sheet.print(105, 165, "居民身份证", 9, centred=True)
    sheet.print(66, 192, "签发机关　云溪县公安局", 4)
    sheet.print(66, 203, f"有效期限　{who.day}起二十年", 4)


def register(sheet: Sheet, who: Filled) -> None:
    """A page of a household register: a dense grid, printed."""
    sheet.print(105, 25, "常住人口登记卡", 7, centred=True)
    labels = (
        "姓名",
        "户主或与户主关系",
        "曾用名",
        "性别",
        "出生地",
        "民族",
        "籍贯",
        "出生日期",
        "公民身份号码",
        "身高",
        "文化程度",
        "婚姻状况",
        "服务处所",
        "职业",
        "何时由何地迁来本址",
        "登记日期",
    )
    values = {
        0: who.name,
        1: "户主",
        4: "云溪县",
        5: "汉族",
        7: f"{who.number[6:10]}.{who.number[10:12]}.{who.number[12:14]}",
        8: who.number,
        12: who.address[:8],
        15: who.day,
    }
    for index, label in enumerate(labels):
        left, top = 18 + index % 2 * 87, 45 + index // 2 * 22
        sheet.box(left, top, left + 87, top + 22)
        sheet.line(left + 32, top, left + 32, top + 22)
        sheet.print(left + 2, top + 9, label, 3.2)
        sheet.print(left + 35, top + 8.5, values.get(index, ""), 4)


def promise(sheet: Sheet, who: Filled) -> None:
    """A letter whose few blanks are filled in by hand."""
    sheet.print(105, 25, "告知承诺书", 9, centred=True)
    sheet.print(25, 45, "本人", 4.5)
    sheet.write(37, 44, who.name, 5)
    sheet.line(36, 51, 66, 51)
    sheet.print(68, 45, "，公民身份号码", 4.5)
    sheet.write(102, 44.5, who.number, 4.6)
    sheet.line(101, 51, 172, 51)
    for index, text in enumerate(PROMISES):
        sheet.print(25, 60 + index * 11, f"（{index + 1}）{text}", 4.2)
    sheet.print(120, 200, "承诺人：")
    sheet.write(138, 199, who.name, 6)
    sheet.write(132, 212, who.day, 5)


def list_of_names(sheet: Sheet, who: Filled) -> None:
    """A list of many rows, printed."""
    chance = Random(who.number + who.name)
    sheet.print(105, 22, "从业人员健康证明登记表", 7, centred=True)
    sheet.print(20, 36, f"单位：云溪县{who.name}小吃店　　　编号：{who.paper}", 4)
    for row in range(15):
        person = filled(chance)
        top = 46 + row * 13
        for left, right, text in (
            (20, 35, str(row + 1)),
            (35, 65, person.name),
            (65, 125, person.number),
            (125, 160, person.day[:8]),
            (160, 190, "合格"),
        ):
            sheet.box(left, top, right, top + 13)
            sheet.print(left + 2, top + 4, text, 3.8)


def contract(sheet: Sheet, who: Filled) -> None:
    """A page full of printed clauses with a few entries of its own."""
    sheet.print(105, 20, "房屋租赁合同", 8, centred=True)
    sheet.print(25, 36, f"出租方：云溪县城关物业所　　承租方：{who.name}", 4)
    sheet.print(25, 43, f"证件号码：{who.number}　　联系电话：{who.phone}", 4)
    sheet.print(25, 50, f"房屋坐落：{who.address}　　月租金：{who.amounts[0]}元", 4)
    for index in range(26):
        text = PROMISES[index % len(PROMISES)] + CLAUSES[index % len(CLAUSES)]
        sheet.print(25, 62 + index * 7.6, f"第{index + 1}条　{text}"[:44], 3.6)
    sheet.print(25, 268, "出租方（章）")
    sheet.print(110, 268, "承租方（签字）")
    sheet.write(142, 267, who.name, 5.5)


def receipt(sheet: Sheet, who: Filled) -> None:
    """A receipt on the upper half of the sheet."""
    sheet.print(105, 18, "非税收入一般缴款书（收据）", 7, centred=True)
    sheet.print(20, 32, f"票据号码：{who.paper[2:12]}", 4)
    sheet.print(130, 32, who.day, 4)
    sheet.print(20, 40, f"缴款人：{who.name}", 4)
    for row in range(9):
        top = 48 + row * 10
        for column, (left, right) in enumerate(((20, 80), (80, 110), (110, 150), (150, 190))):
            sheet.box(left, top, right, top + 10)
            text = ("收入项目", "数量", "标准", "金额")[column] if row == 0 else ""
            if 0 < row < 5:
                text = (ITEMS[row - 1], "1", who.amounts[row], who.amounts[row])[column]
            sheet.print(left + 2, top + 2.6, text, 3.8)
    sheet.print(20, 142, "执收单位（盖章）：云溪县政务服务中心", 4)


PROMISES = (
    "所填写的内容和所提交的材料真实、有效",
    "已经知晓行政机关告知的全部事项",
    "能够满足行政机关告知的条件、标准和要求",
    "愿意承担不实承诺、违反承诺的法律责任",
    "所作承诺是本人真实意思的表示",
    "同意窗口按照规定调用、核验有关证照",
    "材料发生变化的，在三十日内书面报告",
    "接受监督检查，按照要求改正存在的问题",
    "经营场所不存在影响公共安全的情形",
    "从业人员均取得有效的健康证明",
)
CLAUSES = (
    "，双方各执一份。",
    "，逾期按照约定处理。",
    "；未尽事宜另行商定。",
    "，自签字之日起生效。",
    "，并妥善保管有关凭证。",
    "。",
    "，费用由承租方负担。",
)
ITEMS = ("证照工本费", "检验检测费", "登记费", "资料复制费")
FORMS: tuple[Callable[[Sheet, Filled], None], ...] = (
    application,
    licence,
    card,
    register,
    promise,
    list_of_names,
    contract,
    receipt,
)


def draw(form: int, who: Filled, dpi: int = 300) -> Image.Image:
    """Return the clean sheet of a form with its entries."""
    sheet = Sheet(dpi, who.hand)
    FORMS[form % len(FORMS)](sheet, who)
    return sheet.picture


def stamped(picture: Image.Image, chance: Random) -> Image.Image:
    """Press a round red stamp on a sheet, often over its text."""
    scale = picture.width / A4[0]
    side, radius = round(46 * scale), 20 * scale
    tile = Image.new("L", (side, side), 0)
    pen, middle = ImageDraw.Draw(tile), side / 2
    pen.ellipse(
        [middle - radius, middle - radius, middle + radius, middle + radius],
        outline=235,
        width=round(1.1 * scale),
    )
    for index, char in enumerate("云溪县政务服务中心业务专用章"):
        angle = math.radians(-210 + index * 240 / 13)
        mark = Image.new("L", (side, side), 0)
        font = _font(round(4.4 * scale))
        ImageDraw.Draw(mark).text((middle, middle - 16 * scale), char, fill=225, font=font, anchor="mm")
        tile.paste(225, (0, 0), mark.rotate(-math.degrees(angle) - 90))
    points = [
        (
            middle + (6 if step % 2 == 0 else 2.4) * scale * math.sin(step * math.pi / 5),
            middle - (6 if step % 2 == 0 else 2.4) * scale * math.cos(step * math.pi / 5),
        )
        for step in range(10)
    ]
    pen.polygon(points, fill=230)
    tile = tile.rotate(chance.uniform(-25, 25))
    at = (round(chance.uniform(20, 140) * scale), round(chance.uniform(30, 230) * scale))
    red = Image.new("RGB", tile.size, (205, 35, 40))
    under = picture.crop((*at, at[0] + side, at[1] + side))
    pressed = Image.fromarray(
        numpy.minimum(
            numpy.asarray(under),
            numpy.asarray(Image.composite(red, Image.new("RGB", tile.size, "white"), tile)),
        )
    )
    done = picture.copy()
    done.paste(pressed, at)
    return done


def scanned(
    picture: Image.Image,
    chance: Random,
    *,
    dpi: int = 200,
    turn: float = 0.0,
    quality: int = 80,
    grey: bool = False,
) -> bytes:
    """Return a sheet as a flatbed scanner hands it over: never quite straight, a little noisy, as JPEG."""
    width, height = (round(side / 25.4 * dpi) for side in A4)
    pixels = numpy.asarray(picture.resize((width, height), Image.Resampling.BOX))
    angle = turn + chance.uniform(-0.4, 0.4)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, chance.uniform(0.985, 1.01))
    matrix[:, 2] += [chance.uniform(-0.008, 0.008) * width, chance.uniform(-0.006, 0.006) * height]
    pixels = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(250, 250, 250)
    )
    dark, light = chance.uniform(0, 35), chance.uniform(238, 254)
    noisy = dark + pixels.astype(numpy.float32) * ((light - dark) / 255) + _noise(chance, pixels.shape, 3)
    return _jpeg(noisy, quality, grey=grey)


def photographed(picture: Image.Image, chance: Random) -> bytes:
    """Return a sheet as a telephone sees it: on a desk, from one side, bent a little, unevenly lit and not quite sharp."""
    width, height = 1800, 2400
    pixels = numpy.asarray(picture.resize((1488, 2105), Image.Resampling.BOX))
    down, along = numpy.mgrid[0:2105, 0:1488].astype(numpy.float32)
    bend, phase = chance.uniform(0, 7), chance.uniform(0, 6.28)
    pixels = cv2.remap(
        pixels,
        along,
        down + bend * numpy.sin(along / 1488 * 3.14 + phase),
        cv2.INTER_LINEAR,
        borderValue=(255, 255, 255),
    )

    def corner(x: float, y: float) -> tuple[float, float]:
        return width * (x + chance.uniform(-0.05, 0.05)), height * (y + chance.uniform(-0.045, 0.045))

    target = numpy.float32([corner(0.09, 0.08), corner(0.91, 0.08), corner(0.91, 0.92), corner(0.09, 0.92)])
    source = numpy.float32([(0, 0), (1488, 0), (1488, 2105), (0, 2105)])
    desk = tuple(chance.randint(60, 170) for _ in range(3))
    matrix = cv2.getPerspectiveTransform(source, target)
    seen = cv2.warpPerspective(
        pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=desk
    ).astype(numpy.float32)
    down, along = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    towards = chance.uniform(0, 6.28)
    light = (
        0.86
        + chance.uniform(0.06, 0.22)
        * ((along / width - 0.5) * math.cos(towards) + (down / height - 0.5) * math.sin(towards))
        * 2
    )
    seen = cv2.GaussianBlur(seen * light[..., None], (0, 0), chance.uniform(0.6, 1.3))
    return _jpeg(seen + _noise(chance, seen.shape, 5), 82)


def _noise(chance: Random, shape: tuple[int, ...], strength: float) -> numpy.ndarray:
    noise = numpy.empty(shape, numpy.float32)
    cv2.setRNGSeed(chance.randrange(1 << 31))
    cv2.randn(noise, 0, strength)
    return noise


def _jpeg(pixels: numpy.ndarray, quality: int, *, grey: bool = False) -> bytes:
    picture = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
    stream = io.BytesIO()
    (picture.convert("L") if grey else picture).save(stream, "JPEG", quality=quality)
    return stream.getvalue()


WAYS: dict[str, Callable[[Image.Image, Random], bytes]] = {
    "150 dpi": lambda sheet, chance: scanned(sheet, chance, dpi=150),
    "300 dpi": lambda sheet, chance: scanned(sheet, chance, dpi=300),
    "turned 2°": lambda sheet, chance: scanned(sheet, chance, turn=chance.choice((-2, 2))),
    "quality 40": lambda sheet, chance: scanned(
        sheet, chance, dpi=chance.choice((150, 200)), quality=40, grey=chance.random() < 0.5
    ),
    "photograph": photographed,
    "stamped": lambda sheet, chance: scanned(stamped(sheet, chance), chance, quality=chance.choice((60, 85))),
    "stamped, grey": lambda sheet, chance: scanned(stamped(sheet, chance), chance, grey=True),
    "stamped, photographed": lambda sheet, chance: photographed(stamped(sheet, chance), chance),
}
"""What becomes of the same sheet."""

DIFFERENCES = ("person", "name", "number")
"""How the entries of another sheet of the same form differ."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that is held, and one that comes: the same sheet in some way, or another sheet of the same form."""

    form: str
    way: str
    difference: str
    held: bytes
    comes: bytes


def shown(seed: int, serial: int, *, same: bool) -> Shown:
    """Return one pair of a set; every form meets every way and every difference."""
    chance = Random(f"{seed} {serial} {same}")
    form, names = serial % len(FORMS), tuple(WAYS)
    way = names[(serial // len(FORMS) + serial) % len(names)]
    difference = "" if same else DIFFERENCES[serial // len(FORMS) % len(DIFFERENCES)]
    who = filled(chance)
    comes = who if same else another(who, chance, difference)
    held = scanned(draw(form, who), chance, quality=75)
    return Shown(FORMS[form].__name__, way, difference, held, WAYS[way](draw(form, comes), chance))
