//! Where links send who follows them: how often a place is reached, and what never ends.

use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};

/// The most arrows that are followed in the search for shortest cycles.
const MAX_SEARCHED_ARROWS: usize = 1_000_000;

/// How often something is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// So many times.
    Times(u64),
    /// Without end.
    Endless,
}

impl Copies {
    /// Returns both together.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Times(a), Self::Times(b)) => Self::Times(a.saturating_add(b)),
            _ => Self::Endless,
        }
    }
}

/// One link to a folder; folders are told by numbers.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    /// The folders with a number that contain the link.
    pub(super) within: Vec<usize>,
    /// The folder it leads to.
    pub(super) to: usize,
    /// How often it is met without following any link.
    pub(super) met: u64,
}

/// Links to folders, and how often who follows them comes to each folder by them.
pub(super) struct Rounds<'a> {
    arrows: &'a [Arrow],
    /// For each folder, the arrows of the links below it.
    leaving: Vec<Vec<usize>>,
    /// For each folder, the arrows of the links to it.
    arriving: Vec<Vec<usize>>,
    /// For each folder, the number of the group of folders from which it and which from it can be reached.
    group: Vec<usize>,
    /// For each folder, how often links lead there.
    arrivals: Vec<Copies>,
}

impl<'a> Rounds<'a> {
    /// Makes it of links to `folder_count` folders.
    pub(super) fn new(folder_count: usize, arrows: &'a [Arrow]) -> Self {
        let mut leaving = vec![Vec::new(); folder_count];
        let mut arriving = vec![Vec::new(); folder_count];
        for (number, arrow) in arrows.iter().enumerate() {
            arriving[arrow.to].push(number);
            for &folder in &arrow.within {
                leaving[folder].push(number);
            }
        }
        let mut rounds = Self {
            arrows,
            leaving,
            arriving,
            group: vec![0; folder_count],
            arrivals: vec![Copies::Times(0); folder_count],
        };
        let in_order = rounds.find_groups();
        for folder in in_order {
            rounds.arrivals[folder] = rounds.count(folder);
        }
        rounds
    }

    /// Returns how often who follows links comes to something that is met `met` times without, and lies in these folders.
    pub(super) fn copies(&self, met: u64, within: &[usize]) -> Copies {
        let by_links = within.iter().map(|&folder| self.arrivals[folder]);
        by_links.fold(Copies::Times(met), Copies::and)
    }

    /// Returns the arrows that lie on a cycle, each with the arrows of a shortest one that begins with it; with no more than itself
    /// where too much would have to be searched.
    pub(super) fn cycles(&self) -> Vec<(usize, Vec<usize>)> {
        let mut searched = 0;
        let numbers = 0..self.arrows.len();
        let on_cycle = numbers.filter(|&number| self.is_on_cycle(number));
        on_cycle
            .map(|number| (number, self.shortest_cycle(number, &mut searched)))
            .collect()
    }

    fn is_on_cycle(&self, number: usize) -> bool {
        let arrow = &self.arrows[number];
        let group = self.group[arrow.to];
        arrow
            .within
            .iter()
            .any(|&folder| self.group[folder] == group)
    }

    /// What is in a group comes after what leads there: all arrivals it is made of are known but those on a cycle.
    fn count(&self, folder: usize) -> Copies {
        let arriving = &self.arriving[folder];
        if arriving.iter().any(|&number| self.is_on_cycle(number)) {
            return Copies::Endless;
        }
        let copies = arriving.iter().map(|&number| {
            let arrow = &self.arrows[number];
            self.copies(arrow.met, &arrow.within)
        });
        copies.fold(Copies::Times(0), Copies::and)
    }

    /// Numbers the groups (Kosaraju's way) and returns the folders so that each group comes after those that lead to it.
    fn find_groups(&mut self) -> Vec<usize> {
        let ended = self.in_order_of_ends();
        let mut group = vec![usize::MAX; self.group.len()];
        let mut in_order = Vec::with_capacity(ended.len());
        for (number, &first) in ended.iter().rev().enumerate() {
            let mut waiting = vec![first];
            while let Some(folder) = waiting.pop() {
                if group[folder] != usize::MAX {
                    continue;
                }
                group[folder] = number;
                in_order.push(folder);
                let sources = self.arriving[folder].iter();
                waiting.extend(sources.flat_map(|&arrow| &self.arrows[arrow].within));
            }
        }
        self.group = group;
        in_order
    }

    /// Returns the folders in the order in which a search in depth is done with them.
    fn in_order_of_ends(&self) -> Vec<usize> {
        let mut is_met = vec![false; self.leaving.len()];
        let mut ended = Vec::with_capacity(self.leaving.len());
        for first in 0..self.leaving.len() {
            if std::mem::replace(&mut is_met[first], true) {
                continue;
            }
            let mut path = vec![(first, 0)];
            while let Some((folder, next)) = path.last_mut() {
                let Some(&arrow) = self.leaving[*folder].get(*next) else {
                    ended.push(*folder);
                    path.pop();
                    continue;
                };
                *next += 1;
                let to = self.arrows[arrow].to;
                if !std::mem::replace(&mut is_met[to], true) {
                    path.push((to, 0));
                }
            }
        }
        ended
    }

    fn shortest_cycle(&self, first: usize, searched: &mut usize) -> Vec<usize> {
        let start = self.arrows[first].to;
        let is_home = |folder: usize| self.arrows[first].within.contains(&folder);
        // The arrow by which each folder was reached first, and the folder it was followed from.
        let mut reached_by: HashMap<usize, (usize, usize)> = HashMap::new();
        let mut waiting = VecDeque::from([start]);
        while let Some(folder) = waiting.pop_front() {
            if is_home(folder) {
                let mut cycle = Vec::new();
                let mut at = folder;
                while let Some(&(arrow, from)) = reached_by.get(&at) {
                    cycle.push(arrow);
                    at = from;
                }
                cycle.push(first);
                cycle.reverse();
                return cycle;
            }
            for &arrow in &self.leaving[folder] {
                *searched += 1;
                if *searched > MAX_SEARCHED_ARROWS {
                    return vec![first];
                }
                let to = self.arrows[arrow].to;
                if to != start
                    && self.group[to] == self.group[start]
                    && let Entry::Vacant(free) = reached_by.entry(to)
                {
                    free.insert((arrow, folder));
                    waiting.push_back(to);
                }
            }
        }
        vec![first]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrow(within: &[usize], to: usize, met: u64) -> Arrow {
        Arrow {
            within: within.to_vec(),
            to,
            met,
        }
    }

    #[test]
    fn ways_multiply_and_add() {
        // Three links to 0, in which there are two links to 1, to which another one leads as well.
        let arrows = [
            arrow(&[], 0, 1),
            arrow(&[], 0, 1),
            arrow(&[], 0, 1),
            arrow(&[0], 1, 0),
            arrow(&[0], 1, 0),
            arrow(&[], 1, 1),
        ];
        let rounds = Rounds::new(2, &arrows);
        assert_eq!(rounds.copies(1, &[0]), Copies::Times(4));
        assert_eq!(rounds.copies(0, &[1]), Copies::Times(7));
        assert!(rounds.cycles().is_empty());
    }

    #[test]
    fn what_lies_behind_a_cycle_is_endless_and_what_lies_before_it_is_not() {
        let arrows = [
            arrow(&[], 0, 1),
            arrow(&[0], 1, 1),
            arrow(&[1], 2, 1),
            arrow(&[2], 1, 1),
            arrow(&[2], 3, 1),
        ];
        let rounds = Rounds::new(4, &arrows);
        let copies: Vec<Copies> = (0..4).map(|folder| rounds.copies(1, &[folder])).collect();
        let endless = Copies::Endless;
        assert_eq!(copies, [Copies::Times(2), endless, endless, endless]);
        assert_eq!(rounds.cycles(), [(2, vec![2, 3]), (3, vec![3, 2])]);
    }

    #[test]
    fn a_link_into_its_own_folder_is_a_cycle_of_one() {
        let arrows = [arrow(&[0, 1], 0, 1), arrow(&[0, 1], 1, 1)];
        let cycles = Rounds::new(2, &arrows).cycles();
        assert_eq!(cycles, [(0, vec![0]), (1, vec![1])]);
    }
}
