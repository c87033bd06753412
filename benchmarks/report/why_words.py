"""Names and sentences of the article *Why did deep learning take seventy years?*, in two languages."""

from __future__ import annotations

from collections.abc import Mapping

Texts = Mapping[str, str]

FIRST, LAYERS, STROKES, TODAY = "1958-perceptron", "1986-backprop", "1989-zip-code", "today"
TREE, FOREST, VECTORS = "decision-tree", "random-forest", "svm-rbf"

NAMES: Mapping[str, Texts] = {
    "en": {
        FIRST: "perceptron",
        LAYERS: "backpropagation",
        STROKES: "zip-code network",
        "1998-lenet-5": "LeNet-5",
        "2012-relu-dropout": "ReLU and dropout",
        TODAY: "today's recipe",
        TREE: "decision tree",
        FOREST: "random forest",
        VECTORS: "support vectors",
    },
    "ko": {
        FIRST: "퍼셉트론",
        LAYERS: "역전파",
        STROKES: "우편번호 신경망",
        "1998-lenet-5": "LeNet-5",
        "2012-relu-dropout": "ReLU와 드롭아웃",
        TODAY: "오늘의 방법",
        TREE: "결정 트리",
        FOREST: "랜덤 포레스트",
        VECTORS: "서포트 벡터",
    },
}
NEW: Texts = {
    FIRST: "실수에서 배운다. 층은 하나",
    LAYERS: "사이에 있는 층도 배운다",
    STROKES: "가중치를 나눠 쓴다. 한 곳에서 배운 획을 어디서나 알아본다",
    "1998-lenet-5": "깊이. 획에서 부분으로, 부분에서 숫자로",
    "2012-relu-dropout": "기울기가 사라지지 않고, 큰 신경망이 외우지 않는다",
    TODAY: "그 뒤에 나온 학습 방법들",
}
WORDS: Mapping[str, Texts] = {
    "en": {
        "eras": "year|method|what was new|digits|wrong|95% interval|published|operations to learn|"
        "a car's price in",
        "labels": "digits to learn from",
        "machines": "year|machine|operations a second|price then|for a car's price|source",
        "before": "{} or before",
        "after": "after {}",
        "about": "{}",
        "algorithm": "With the digits of 1989 alone, the error fell from {first} (1958) to {strokes} (1989) "
        "and to {today} (today), and nothing changed but the algorithm. Today's recipe took "
        "{operations} operations, which a machine for the price of a car could do in three days "
        "{year}.",
        "few": "With {few} digits the support-vector machine got {vectors} wrong and the network of "
        "1989 {strokes}, which took {times} times as many operations to learn. Today's recipe "
        "gets {today} wrong with the same digits.",
        "data": "Going from {few} to {many} digits divides the error of the tree by {tree}, that of the "
        "support-vector machine by {vectors}, that of the network of 1989 by {strokes}, and that "
        "of today's recipe by {today}.",
        "photographs": "AlexNet, which won the ImageNet contest of 2012, took some {operations} operations. "
        "A machine for the price of a car could do these in three days {year}.",
        "year": "in {}",
        "year-before": "in {} or before",
        "year-after": "only after {}",
    },
    "ko": {
        "eras": "해|방법|새로운 점|숫자|오답|95% 구간|발표된 값|학습 연산|자동차 값이 된 해",
        "labels": "배우는 데 쓴 숫자",
        "machines": "해|컴퓨터|초당 연산|당시 값|자동차 값으로|출처",
        "before": "{} 또는 그 전",
        "after": "{} 뒤",
        "about": "{}",
        "algorithm": "1989년의 숫자만으로 오답은 {first}(1958)에서 {strokes}(1989), 다시 {today}(오늘)로 "
        "줄었습니다. 바뀐 것은 알고리즘뿐입니다. 오늘의 방법에는 연산 {operations} 번이 들었고, "
        "자동차 값 컴퓨터로 사흘 만에 그만큼 할 수 있게 된 때는 {year}입니다.",
        "few": "숫자 {few}개로 배우면 서포트 벡터 머신은 {vectors}, 1989년 신경망은 {strokes}를 틀리고, "
        "배우는 데 드는 연산은 신경망이 {times} 배입니다. 같은 숫자로 오늘의 방법은 {today}를 "
        "틀립니다.",
        "data": "숫자가 {few}개에서 {many}개로 늘면 오답은 결정 트리가 {tree}분의 1, 서포트 벡터 머신이 "
        "{vectors}분의 1, 1989년 신경망이 {strokes}분의 1, 오늘의 방법이 {today}분의 1이 됩니다.",
        "photographs": "2012년 이미지넷 대회에서 우승한 AlexNet에는 연산 {operations} 번쯤이 들었습니다. "
        "자동차 값 컴퓨터로 사흘 만에 그만큼 할 수 있게 된 때는 {year}입니다.",
        "year": "{}년",
        "year-before": "{}년 또는 그 전",
        "year-after": "{}년 뒤",
    },
}
