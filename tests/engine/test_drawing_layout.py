"""Where boxes go: never on each other, arrows to the right, few crossings."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.engine.drawing.layout import GAP_Y, lay_out


def graphs(most=25):
    def acyclic(count):
        edges = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
        return st.tuples(
            st.just(count), st.lists(edges.filter(lambda edge: edge[0] != edge[1]), max_size=50, unique=True)
        )

    return st.integers(1, most).flatmap(acyclic)


def sizes(count):
    draw = random.Random(count)
    return [(draw.uniform(40, 200), draw.uniform(20, 60)) for _ in range(count)]


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_boxes_never_touch_and_arrows_point_right(graph):
    count, arrows = graph
    found = lay_out(sizes(count), arrows)
    for number, one in enumerate(found.spots):
        for other in found.spots[:number]:
            apart = abs(one.y + one.height / 2 - other.y - other.height / 2) - (one.height + other.height) / 2
            assert one.x != other.x or apart >= GAP_Y - 1e-6
        assert one.x >= 0 and one.y >= -1e-6
        assert one.x + one.width <= found.width + 1e-6 and one.y + one.height <= found.height + 1e-6
    for number, (start, end) in enumerate(arrows):
        if number in found.turned:
            start, end = end, start
        assert found.spots[start].x + found.spots[start].width < found.spots[end].x


@given(graphs())
@settings(max_examples=100, deadline=None)
def test_only_arrows_in_circles_are_turned(graph):
    count, arrows = graph
    forward = [edge for edge in arrows if edge[0] < edge[1]]
    assert not lay_out(sizes(count), forward).turned


@given(graphs())
@settings(max_examples=50, deadline=None)
def test_arrows_pass_between_boxes(graph):
    count, arrows = graph
    found = lay_out(sizes(count), arrows)
    for way in found.ways:
        for left, right, y in way:
            assert right > left
            for box in found.spots:
                if box.x == left:
                    assert not box.y < y < box.y + box.height


def test_a_tree_is_drawn_without_crossings():
    # three branches, written down in an order that crosses
    arrows = [(0, 2), (0, 1), (1, 3), (2, 4), (1, 5), (2, 6)]
    spots = lay_out([(50, 20)] * 7, arrows).spots
    edges = [(spots[start], spots[end]) for start, end in arrows]
    for a, b in edges:
        for c, d in edges:
            assert a.x != c.x or (a.y - c.y) * (b.y - d.y) >= 0


def test_steps_that_share_nothing_stand_below_each_other():
    spots = lay_out([(50, 20)] * 3, []).spots
    assert [(one.x, one.y) for one in spots] == [(0, 0), (0, 34), (0, 68)]


def test_nothing_is_drawn_of_nothing():
    assert lay_out([], []).spots == ()
