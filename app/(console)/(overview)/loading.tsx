import { SkeletonPage } from "#components/ui/skeleton.tsx";

const Loading = () => <SkeletonPage />;

export default Loading;
