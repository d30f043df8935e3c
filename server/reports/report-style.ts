/** The style sheet of every report, for the screen and for paper. It stands in the page itself. */
export const reportStyle = `
  :root {
    --ink: #1b1b1b;
    --line: #d9dee0;
    --teal: #0b5c6b;
  }
  * {
    box-sizing: border-box;
  }
  body {
    font: 15px/1.5 system-ui,"Segoe UI",sans-serif;
    max-width: 70rem;
    margin: 2rem auto;
    padding: 0 1.25rem;
    color: var(--ink);
  }
  h1 {
    font-size: 1.8rem;
    line-height: 1.2;
    margin: 0 0 .2rem;
  }
  .made {
    color: #555;
    margin: 0 0 1.2rem;
  }
  h2 {
    font-size: 1.25rem;
    margin: 2.4rem 0 .6rem;
    padding-bottom: .25rem;
    border-bottom: 2px solid var(--teal);
  }
  p {
    max-width: 46rem;
  }
  .cards {
    display: flex;
    flex-wrap: wrap;
    gap: .8rem;
    margin: 1rem 0;
  }
  .cards div {
    flex: 1 1 8rem;
    border: 1px solid var(--line);
    border-radius: .4rem;
    padding: .6rem .9rem;
  }
  .cards dt {
    color: #555;
    font-size: .85rem;
  }
  .cards dd {
    margin: 0;
    font-size: 1.5rem;
    font-variant-numeric: tabular-nums;
  }
  .lights {
    display: flex;
    flex-wrap: wrap;
    gap: .6rem;
    align-items: center;
    font-size: 1.1rem;
  }
  .lights b {
    margin-right: 1rem;
  }
  .light {
    display: inline-block;
    padding: .05rem .5rem;
    border-radius: 1rem;
    font-size: .82rem;
    white-space: nowrap;
    font-weight: 400;
  }
  .keep {
    background: #e2f0dc;
    color: #27541c;
  }
  .look {
    background: #fdeccf;
    color: #7a3b08;
  }
  .drop {
    background: #f8dbe3;
    color: #7c1137;
  }
  table {
    border-collapse: collapse;
    margin: .8rem 0;
    width: 100%;
    font-size: .9rem;
  }
  table.narrow {
    width: auto;
    min-width: 24rem;
  }
  th, td {
    padding: .28rem .6rem;
    text-align: right;
    border-bottom: 1px solid var(--line);
    font-variant-numeric: tabular-nums;
    vertical-align: top;
  }
  th {
    color: #444;
    border-bottom: 2px solid #9aa5a8;
    font-weight: 600;
  }
  th:first-child, td:first-child,
  .attention td:nth-child(-n+3), .attention th:nth-child(-n+3),
  .items td:nth-child(2), .items th:nth-child(2) {
    text-align: left;
  }
  thead {
    display: table-header-group;
  }
  tr {
    break-inside: avoid;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(3,minmax(0,1fr));
    gap: 1rem;
  }
  figure {
    margin: 0;
    break-inside: avoid;
  }
  figcaption {
    font-weight: 600;
    font-size: .9rem;
    margin-bottom: .15rem;
  }
  svg {
    width: 100%;
    height: auto;
    display: block;
  }
  figure.wide {
    max-width: 52rem;
  }
  .alarm {
    background: #f8dbe3;
    border-left: 5px solid #7c1137;
    padding: .7rem 1rem;
    font-weight: 600;
  }
  @media(max-width:50rem) {
    .grid {
      grid-template-columns: repeat(2,minmax(0,1fr));
    }
    table, table.narrow {
      display: block;
      min-width: 0;
      width: 100%;
      overflow-x: auto;
    }
  }
  @media(max-width:30rem) {
    body {
      margin: 1rem auto;
    }
    .grid {
      grid-template-columns: minmax(0,1fr);
    }
    h1 {
      overflow-wrap: anywhere;
    }
  }
  @page {
    margin: 14mm;
  }
  @media print {
    body {
      margin: 0;
      max-width: none;
      font-size: 10.5pt;
    }
    h2 {
      break-after: avoid;
    }
    .light {
      border: 1px solid currentColor;
    }
  }
  .note {
    background: #fff4d6;
    border-left: 4px solid #b3541e;
    padding: .6rem 1rem;
  }
`;
