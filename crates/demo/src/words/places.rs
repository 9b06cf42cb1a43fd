//! Where organizations are, and telephone numbers that reach nobody: those that the authorities of each country keep
//! free for films and books.

/// A country and how addresses and numbers look there.
#[derive(Debug)]
pub struct Country {
    pub name: &'static str,
    pub cities: &'static [City],
    pub streets: &'static [&'static str],
    /// Whether the number of a house stands before its street.
    pub number_first: bool,
    /// The legal forms of companies.
    pub forms: &'static [&'static str],
    /// Fictional numbers: the beginning, and how many digits may follow it freely.
    pub phones: &'static [(&'static str, usize)],
    pub mobiles: &'static [(&'static str, usize)],
}

#[derive(Debug)]
pub struct City {
    pub name: &'static str,
    pub region: &'static str,
    /// The beginning of its postal codes; a `#` stands for any digit.
    pub postal_code: &'static str,
}

const fn city(name: &'static str, region: &'static str, postal_code: &'static str) -> City {
    City { name, region, postal_code }
}

pub const COUNTRIES: &[Country] = &[
    Country {
        name: "United Kingdom",
        cities: &[
            city("London", "England", "SE# #XA"),
            city("Leeds", "England", "LS# #XB"),
            city("Bristol", "England", "BS# #XD"),
            city("Manchester", "England", "M# #XE"),
            city("Sheffield", "England", "S# #XF"),
            city("Edinburgh", "Scotland", "EH# #XG"),
            city("Cardiff", "Wales", "CF# #XH"),
        ],
        streets: &["Tanner's Row", "Millrace Lane", "Old Kiln Road", "Harbour Parade", "Wheatsheaf Street", "Lantern Yard", "Foxglove Way"],
        number_first: true,
        forms: &["Ltd", "Limited", "& Sons", "Group"],
        phones: &[("+44 20 7946 0", 3), ("+44 113 496 0", 3), ("+44 117 496 0", 3), ("+44 161 496 0", 3), ("+44 131 496 0", 3)],
        mobiles: &[("+44 7700 900", 3)],
    },
    Country {
        name: "Germany",
        cities: &[
            city("Berlin", "Berlin", "101##"),
            city("Hamburg", "Hamburg", "202##"),
            city("München", "Bayern", "803##"),
            city("Köln", "Nordrhein-Westfalen", "506##"),
            city("Frankfurt am Main", "Hessen", "603##"),
        ],
        streets: &["Lindenhofstraße", "Am Alten Speicher", "Gerbergasse", "Kranichweg", "Ziegeleistraße", "Mühlbachallee"],
        number_first: false,
        forms: &["GmbH", "AG", "KG", "GmbH & Co. KG"],
        phones: &[("+49 30 23125 ", 3), ("+49 40 66969 ", 3), ("+49 69 90009 ", 3), ("+49 89 99998 ", 3), ("+49 221 4710 ", 3)],
        mobiles: &[],
    },
    Country {
        name: "France",
        cities: &[
            city("Paris", "Île-de-France", "750##"),
            city("Lyon", "Auvergne-Rhône-Alpes", "690##"),
            city("Nantes", "Pays de la Loire", "440##"),
            city("Lille", "Hauts-de-France", "590##"),
        ],
        streets: &["rue des Tisserands", "quai du Moulin", "allée des Cormorans", "place de la Forge", "rue du Verger"],
        number_first: true,
        forms: &["SAS", "SARL", "SA"],
        phones: &[("+33 1 99 00 ", 4), ("+33 2 61 91 ", 4), ("+33 3 53 01 ", 4), ("+33 4 65 71 ", 4), ("+33 5 36 49 ", 4)],
        mobiles: &[("+33 6 39 98 ", 4)],
    },
    Country {
        name: "Sweden",
        cities: &[
            city("Stockholm", "Stockholms län", "112 ##"),
            city("Göteborg", "Västra Götalands län", "411 ##"),
            city("Malmö", "Skåne län", "211 ##"),
        ],
        streets: &["Garvargatan", "Lotsbacken", "Kvarnvägen", "Björkstigen", "Hamnplan"],
        number_first: false,
        forms: &["AB"],
        phones: &[("+46 8 465 004 ", 2), ("+46 31 390 06 ", 2), ("+46 40 628 04 ", 2)],
        mobiles: &[("+46 70 174 06 ", 2)],
    },
    Country {
        name: "United States",
        cities: &[
            city("New York", "New York", "100##"),
            city("Boston", "Massachusetts", "021##"),
            city("Chicago", "Illinois", "606##"),
            city("Denver", "Colorado", "802##"),
            city("Seattle", "Washington", "981##"),
            city("Austin", "Texas", "787##"),
        ],
        streets: &["Juniper Avenue", "Old Depot Road", "Copper Hill Drive", "Lakeview Terrace", "Sawmill Street", "Meridian Boulevard"],
        number_first: true,
        forms: &["Inc.", "LLC", "Corp."],
        phones: &[("+1 212 555 01", 2), ("+1 617 555 01", 2), ("+1 312 555 01", 2), ("+1 303 555 01", 2), ("+1 206 555 01", 2)],
        mobiles: &[("+1 512 555 01", 2)],
    },
];
