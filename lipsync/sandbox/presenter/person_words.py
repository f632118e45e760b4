"""The words of prompts, English and Chinese, that say who a person is: data for `choosing`.

English words stand in the singular; a plural in -s is found as well.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Gender = Literal["female", "male", ""]
Age = Literal["child", "young", "middle", "old", ""]
Kind = Literal["noun", "modifier", "possessive", "years", "nothing"]


class Word(NamedTuple):
    """What a word tells. A noun names a person; a modifier stands with one; "nothing" only looks like one."""

    kind: Kind
    gender: Gender = ""
    age: Age = ""


_PREFIXES: Final = (
    "business police fire sales crafts fisher gentle spokes camera post anchor chair sports noble"
    " french english irish work service stunts repair mail handy weather"
)

_NOUNS: Final[dict[tuple[Gender, Age], str]] = {
    ("female", ""): (
        "woman, women, lady, ladies, she, madam, mrs, ms, wife, wives, sister, girlfriend, actress,"
        " actresses, waitress, waitresses, hostess, stewardess, heroine, queen, nun, maid, nanny,"
        " widow, housewife, diva, goddess, 女, 女人, 女士, 女性, 女子, 妇女, 妇人, 女的, 她, 小姐,"
        " 太太, 夫人, 妻子, 老婆, 女王, 女皇, 皇后, 修女"
    ),
    ("female", "young"): (
        "teenage girl, teen girl, college girl, gal, lass, bride, princess, ballerina, girl next door,"
        " 姑娘, 少女, 女生, 美女, 小姐姐, 姐姐, 妹妹, 妹子, 新娘, 公主, 仙女, 女大学生, 女高中生,"
        " 女青年"
    ),
    ("female", "middle"): (
        "mother, mum, mom, mummy, mommy, mama, aunt, auntie, 妈妈, 母亲, 老妈, 妈, 阿姨, 姑妈, 姨妈,"
        " 大妈, 大婶, 大姐, 贵妇"
    ),
    ("female", "old"): (
        "grandmother, grandma, granny, grannies, nana, nanna, crone, 奶奶, 外婆, 姥姥, 祖母, 婆婆,"
        " 老太太, 老太, 老奶奶, 老婆婆, 老妇人, 老妇, 老大娘, 大娘, 老大妈"
    ),
    ("male", ""): (
        "man, men, gentleman, he, sir, mister, mr, guy, dude, bloke, chap, fella, fellow, husband,"
        " brother, boyfriend, waiter, king, monk, priest, cowboy, hero, 男, 男人, 男士, 男性, 男子,"
        " 男的, 他, 先生, 丈夫, 老公, 国王, 皇帝, 绅士, 汉子, 和尚"
    ),
    ("male", "young"): (
        "teenage boy, teen boy, college boy, lad, groom, bridegroom, prince, 少年, 男生, 帅哥, 小伙子,"
        " 小伙, 小哥, 小哥哥, 哥哥, 新郎, 王子, 男大学生, 男高中生, 男青年"
    ),
    ("male", "middle"): "father, dad, daddy, papa, uncle, 爸爸, 父亲, 老爸, 爸, 叔叔, 大叔, 伯伯, 舅舅",
    ("male", "old"): (
        "grandfather, grandpa, grandad, granddad, gramps, santa, wizard, 爷爷, 外公, 姥爷, 祖父,"
        " 老爷爷, 老头, 老头子, 老头儿, 老汉, 老大爷, 大爷, 老伯, 老先生, 老翁, 老爷子"
    ),
    ("female", "child"): (
        "girl, schoolgirl, daughter, niece, granddaughter, 女孩, 女孩子, 女孩儿, 女童, 小女孩, 小姑娘,"
        " 小妹妹, 女儿, 孙女, 外孙女"
    ),
    ("male", "child"): (
        "boy, schoolboy, son, nephew, grandson, 男孩, 男孩子, 男孩儿, 男童, 小男孩, 小弟弟, 弟弟,"
        " 儿子, 孙子, 外孙"
    ),
    ("", "child"): (
        "child, children, kid, kiddo, toddler, baby, babies, infant, youngster, grandchild,"
        " grandchildren, pupil, preschooler, 孩子, 小孩, 小孩子, 孩童, 儿童, 小朋友, 宝宝, 婴儿, 幼儿,"
        " 小学生, 娃娃"
    ),
    ("", "young"): (
        "teenager, teen, youth, adolescent, student, 学生, 大学生, 高中生, 年轻人, 青年, 青少年, 小年轻"
    ),
    ("", "old"): "pensioner, 老人, 老人家, 老年人, 长者, 老者, 老教授, 老农",
    ("", ""): (
        "person, people, someone, somebody, adult, human, friend, teacher, tutor, lecturer, doctor,"
        " surgeon, dentist, nurse, host, presenter, anchor, news anchor, newsreader, newscaster,"
        " reporter, journalist, announcer, moderator, chef, cook, baker, professor, scientist,"
        " scholar, writer, author, poet, librarian, philosopher, judge, lawyer, manager, boss,"
        " secretary, secretaries, consultant, engineer, builder, worker, farmer, driver, soldier,"
        " officer, police officer, mechanic, pilot, coach, singer, dancer, actor, model, artist,"
        " painter, designer, musician, speaker, customer, clerk, seller, influencer, vlogger, 老师,"
        " 教师, 讲师, 医生, 大夫, 护士, 主播, 主持人, 主持, 播音员, 记者, 厨师, 教授, 科学家, 学者,"
        " 作家, 诗人, 法官, 律师, 经理, 老板, 秘书, 白领, 工程师, 工人, 农民, 司机, 士兵, 警察, 歌手,"
        " 舞者, 演员, 模特, 艺术家, 画家, 设计师, 店员, 销售, 老外, 博主, 讲解员, 教练, 客服"
    ),
}  # fmt: skip

_MODIFIERS: Final[dict[tuple[Gender, Age], str]] = {
    ("female", ""): "female, pregnant, feminine",
    ("male", ""): "male, masculine",
    ("", "young"): "young, younger, youthful, teenage, adult, 年轻, 年青, 青春",
    ("", "middle"): "middle-aged, middle aged, mature, 中年",
    ("", "old"): (
        "old, older, elderly, aged, senior, ancient, retired, wrinkled, 老年, 年老, 年迈, 年长, 苍老,"
        " 上了年纪, 退休"
    ),
}
_POSSESSIVES: Final[dict[tuple[Gender, Age], str]] = {
    ("female", ""): "her, hers, herself, 她的",
    ("male", ""): "his, him, himself, 他的",
}
_NOTHING: Final = (
    "吉他, 其他, 他们, 她们, 他人, 子女, man-made, old-fashioned, old town, old city, old church, old house,"
    " old building, ladies and gentlemen"
)


def _listed() -> dict[str, Word]:
    found: dict[str, Word] = {each: Word("nothing") for each in _split(_NOTHING)}
    tables: tuple[tuple[Kind, dict[tuple[Gender, Age], str]], ...] = (
        ("noun", _NOUNS), ("modifier", _MODIFIERS), ("possessive", _POSSESSIVES),
    )  # fmt: skip
    for kind, table in tables:
        for (gender, age), words in table.items():
            found |= {each: Word(kind, gender, age) for each in _split(words)}
    for prefix in _PREFIXES.split():
        found |= {prefix + each: Word("noun", "male") for each in ("man", "men")}
        found |= {prefix + each: Word("noun", "female") for each in ("woman", "women")}
    return found


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


WORDS: Final = MappingProxyType(_listed())

TRAITS: Final = MappingProxyType({
    "amara": _split(
        "black woman, black women, black girl, black lady, black person, black people, african,"
        " african american, nigerian, kenyan, jamaican, caribbean, dark skin, dark-skinned, curly,"
        " curls, afro, jumper, sweater, yellow, hoop earrings, teacher, tutor, singer, nurse, dancer,"
        " living room, at home, 黑人, 非洲, 黑皮肤, 深色皮肤, 卷发, 爆炸头, 毛衣, 黄色, 耳环, 老师,"
        " 教师, 歌手, 护士, 舞者, 客厅, 家里"
    ),
    "diego": _split(
        "beard, bearded, stubble, moustache, mustache, chef, cook, baker, engineer, builder, worker,"
        " farmer, driver, soldier, mechanic, latino, hispanic, mexican, spanish, italian, greek,"
        " brazilian, indian, arab, turkish, middle eastern, shirt, city, night, 胡子, 胡须, 络腮胡,"
        " 厨师, 工程师, 工人, 农民, 司机, 士兵, 拉丁, 墨西哥, 印度, 阿拉伯, 中东, 衬衫, 城市, 夜景,"
        " 夜晚"
    ),
    "oskar": _split(
        "professor, scientist, scholar, writer, author, poet, librarian, philosopher, judge, wise,"
        " glasses, spectacles, grey hair, gray hair, white hair, silver hair, grey-haired,"
        " gray-haired, white-haired, silver-haired, white beard, grey beard, gray beard, library,"
        " book, bookshelf, bookshelves, cardigan, tweed, 教授, 科学家, 学者, 作家, 诗人, 法官, 眼镜,"
        " 白发, 银发, 花白, 白胡子, 图书馆, 书架, 书房, 看书, 读书, 开衫"
    ),
    "nasrin": _split(
        "doctor, surgeon, artist, painter, designer, elegant, queen, scarf, headscarf, hijab, shawl,"
        " sari, bun, brown hair, brunette, gallery, museum, indian, pakistani, persian, iranian, arab,"
        " turkish, middle eastern, muslim, 医生, 大夫, 艺术家, 画家, 设计师, 优雅, 女王, 围巾, 丝巾,"
        " 披肩, 头巾, 纱丽, 发髻, 盘发, 棕发, 画廊, 美术馆, 印度, 伊朗, 波斯, 阿拉伯, 土耳其, 穆斯林,"
        " 中东"
    ),
    "mei": _split(
        "asian, chinese, japanese, korean, vietnamese, thai, blonde, blond, fair skin, pale, news,"
        " news anchor, anchor, newsreader, newscaster, host, presenter, reporter, journalist,"
        " announcer, moderator, studio, office, business, businesswoman, businesswomen, suit, blazer,"
        " lawyer, manager, secretary, consultant, student, bob, straight hair, black hair, short hair,"
        " 主播, 新闻, 主持, 播音, 记者, 演播室, 职业, 商务, 西装, 办公室, 白领, 律师, 经理, 秘书,"
        " 学生, 亚洲, 亚裔, 中国, 日本, 韩国, 东方, 美女, 小姐姐, 金发, 短发, 直发, 黑发"
    ),
    "lily": _split(
        "cartoon, freckle, freckled, pigtail, bunches, braid, playground, toy, pinafore, garden, 卡通,"
        " 动画, 雀斑, 辫子, 双马尾, 玩具, 操场, 幼儿园, 花园"
    ),
})  # fmt: skip
"""What calls for each person among those of the right gender and age: looks, work, clothes, place, origin."""
