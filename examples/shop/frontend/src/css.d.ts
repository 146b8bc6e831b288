/** Style sheets, which Vite writes into one file. */
declare module "*.css";
